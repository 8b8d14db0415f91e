import { parse } from 'csv-parse/sync';
import { Refusal, firstLineOf } from '../reject.js';
import { decodeAnswer, type GaugeDecoding, type GaugeReading } from './gauge-decoding.js';
import { readTime, utcOf } from './read-time.js';

/** Which column of a CSV is what. A column is named by its heading; without `station` or `variable` columns, all rows are of the fixed ones. */
export interface CsvMapping {
  readonly separator: string;
  /** ',' where decimals are written with a comma. */
  readonly decimal: '.' | ',';
  readonly time: string;
  /** iso, dmy (31/12/2024 23:45), seconds or milliseconds since 1970. */
  readonly timeFormat: 'iso' | 'dmy' | 'seconds' | 'milliseconds';
  readonly value: string;
  readonly unit: string;
  readonly station: { readonly column: string } | { readonly fixed: string };
  readonly variable: { readonly column: string } | { readonly fixed: 'Q' | 'H' | 'P' };
  /** Texts that mean a missing value, besides the empty one. */
  readonly missing: readonly string[];
}

type Row = Readonly<Record<string, string>>;

/** Decodes a CSV table with a heading line (RFC 4180; lines that begin with # are comments). */
export function decodeCsv(text: string, reading: GaugeReading, mapping: CsvMapping): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const table = parseTable(text, mapping);
    requireColumns(table.columns, mapping);
    const timeOf = TIME_READERS[mapping.timeFormat];
    for (const cells of table.rows) {
      if (cells.length !== table.columns.length) {
        rows.refuse(
          'GAUGE_ROW_MALFORMED',
          `a line has ${cells.length} fields, the heading ${table.columns.length}: ${cells.join(mapping.separator).slice(0, 60)}`,
        );
        continue;
      }
      const row: Row = Object.fromEntries(table.columns.map((column, k) => [column, cells[k]!.trim()]));
      const timeText = row[mapping.time]!;
      const written = row[mapping.value]!;
      const quantity = 'fixed' in mapping.variable ? mapping.variable.fixed : row[mapping.variable.column]!;
      rows.take({
        station: 'fixed' in mapping.station ? mapping.station.fixed : row[mapping.station.column],
        ...{ variable: quantity === 'Q' || quantity === 'H' || quantity === 'P' ? quantity : undefined, quantity, unit: mapping.unit },
        ...{ time: timeOf(timeText, reading.zoneMinutes ?? 0), timeText },
        value: mapping.missing.includes(written) ? null : mapping.decimal === ',' ? written.replace(',', '.') : written,
      });
    }
  });
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function parseTable(text: string, { separator }: CsvMapping): Table {
  try {
    const lines: string[][] = parse(text, {
      delimiter: separator,
      bom: true,
      comment: '#',
      comment_no_infix: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    const [columns = [], ...rows] = lines;
    return { columns: columns.map(column => column.trim()), rows };
  } catch (cause) {
    throw new Refusal('ANSWER_UNREADABLE', `the table cannot be read: ${firstLineOf(cause)}`);
  }
}

function requireColumns(columns: readonly string[], { time, value, station, variable }: CsvMapping): void {
  const wanted = [time, value, ...[station, variable].flatMap(each => ('column' in each ? each.column : []))];
  const absent = wanted.filter(column => !columns.includes(column));
  if (absent.length === 0) return;
  throw new Refusal('FIELD_MISSING', `the table has no column ${absent.join(', ')}; it has ${columns.join(', ').slice(0, 200) || 'none'}`);
}

const TIME_READERS: Readonly<Record<CsvMapping['timeFormat'], (text: string, zoneMinutes: number) => number>> = {
  iso: readTime,
  dmy: (text, zoneMinutes) => {
    const match = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})[ T](\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
    if (match === null) return NaN;
    const [day, month, year, hour, minute, second] = match.slice(1).map(part => Number((part as string | undefined) ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return utcOf({ year, month, day, hour, minute, second }) - zoneMinutes * 60_000;
  },
  seconds: text => (/^\d{1,12}(\.\d+)?$/.test(text) ? Number(text) * 1000 : NaN),
  milliseconds: text => (/^\d{1,15}$/.test(text) ? Number(text) : NaN),
};
