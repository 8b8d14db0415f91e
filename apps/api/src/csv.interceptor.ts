import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';

const CSV_ROWS = 'csv-rows';

/** Offers a reply as CSV: its rows are the array under this key; the envelope and the fields beside it become columns. */
export const CsvRows = (key: string): MethodDecorator => SetMetadata(CSV_ROWS, key);

/** May this method of a controller answer in CSV? */
export const hasCsv = (handler: object): boolean => Reflect.hasMetadata(CSV_ROWS, handler);

/** Answers `Accept: text/csv` and `?format=csv` where a reply has rows. */
@Injectable()
export class CsvInterceptor implements NestInterceptor {
  readonly #reflector = new Reflector();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const key = this.#reflector.get<string | undefined>(CSV_ROWS, context.getHandler());
    if (key === undefined || context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const response = http.getResponse<Response>();
    response.vary('Accept');
    if (!wantsCsv(http.getRequest<Request>())) return next.handle();
    return next.handle().pipe(
      map((reply: unknown) => {
        response.type('text/csv; charset=utf-8');
        return toCsv(reply as Readonly<Record<string, unknown>>, key);
      }),
    );
  }
}

function wantsCsv(request: Request): boolean {
  if (request.query.format !== undefined) return request.query.format === 'csv';
  return request.accepts(['application/json', 'text/csv']) === 'text/csv';
}

/** RFC 4180: one line a row, CRLF; numbers in full, missing values empty, objects flattened to dotted names, arrays of objects left out. */
export function toCsv(reply: Readonly<Record<string, unknown>>, key: string): string {
  const beside = Object.entries(reply).filter(([name, value]) => name !== key && !isStructure(value));
  const rows = (reply[key] as readonly object[]).map(row => new Map([...beside, ...flatten(row, '')]));
  const columns = [...new Set([...beside.map(([name]) => name), ...rows.flatMap(row => [...row.keys()])])];
  const lines = rows.map(row => columns.map(column => field(row.get(column))).join(','));
  return [columns.map(field).join(','), ...lines, ''].join('\r\n');
}

const isStructure = (value: unknown): boolean => typeof value === 'object' && value !== null;

function flatten(row: object, prefix: string): [string, unknown][] {
  return Object.entries(row).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (Array.isArray(value)) return value.some(isStructure) ? [] : [[prefix + name, value.join(' ')]];
    return isStructure(value) ? flatten(value as object, `${prefix}${name}.`) : [[prefix + name, value]];
  });
}

/** Quoted where it must be; a text that a spreadsheet would run as a formula is made harmless. */
function field(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
