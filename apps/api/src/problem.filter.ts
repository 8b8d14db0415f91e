import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { markerOf, type Problem } from '#contracts';
import { CODES, Fault, isFault } from '#errors';
import { rethrowAsFault } from '#store';
import { InjectContext, type ApiContext } from './api-context.js';

/** Turns every error into problem+json (RFC 9457) with a registered code and what the reader can do. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@InjectContext() private readonly context: ApiContext) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const fault = faultOf(withDatabaseFaults(error));
    if (fault.kind === 'defect') this.context.onDefect(error);
    if (response.headersSent) {
      response.end();
      return;
    }
    const status = statusOf(error, fault);
    const { originalUrl } = http.getRequest<Request>();
    const mayWait = fault.kind === 'transient' || fault.kind === 'overload';
    if (mayWait && !response.hasHeader('Retry-After')) response.setHeader('Retry-After', '5');
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="freshet"');
    response
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(fault, { status, instance: originalUrl, runKind: this.context.runKind })));
  }
}

/** A read that lost its connection says so by the driver's error. */
function withDatabaseFaults(error: unknown): unknown {
  try {
    return rethrowAsFault(error);
  } catch (fault) {
    return fault;
  }
}

/** An HTTP error of the framework is the reader's mistake (no such path, unreadable body); the rest is ours. */
function faultOf(error: unknown): Fault {
  if (isFault(error)) return error;
  const status = httpStatusOf(error);
  if (status !== null && status < 500) {
    const message = error instanceof Error ? error.message : 'the request cannot be answered';
    return new Fault(status === 404 ? 'ROUTE_UNKNOWN' : 'REQUEST_INVALID', message);
  }
  return new Fault('INVARIANT', 'something failed that should not; it has been logged');
}

/** What an error is answered with. */
export function refusalOf(error: unknown): { readonly status: number; readonly code: string } {
  const fault = faultOf(withDatabaseFaults(error));
  return { status: statusOf(error, fault), code: fault.code };
}

function statusOf(error: unknown, fault: Fault): number {
  const status = isFault(error) ? null : httpStatusOf(error);
  return status !== null && status < 500 ? status : CODES[fault.code].status;
}

/** Nest's exceptions and those of express and its body parser, which carry `status`. */
function httpStatusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;
}

export interface ProblemContext {
  readonly status: number;
  readonly instance: string;
  readonly runKind: ApiContext['runKind'];
}

export function problemOf(fault: Fault, { status, instance, runKind }: ProblemContext): Problem {
  const errors = fault.context.errors;
  return {
    type: `urn:freshet:problem:${fault.code}`,
    title: fault.code.toLowerCase().replaceAll('_', ' '),
    status,
    detail: fault.message,
    instance,
    code: fault.code,
    remedy: fault.remedy,
    errors: Array.isArray(errors) ? (errors as Problem['errors']) : [],
    runKind,
    marker: markerOf(runKind),
  };
}
