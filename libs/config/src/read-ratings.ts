import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#errors';
import { epochMs, ratingCurve, stationId, type EpochMs, type RatingCurve, type StationId } from '#hydrology';
import { readUsgsRating } from '#observation';
import { parseTable } from './table.js';

/**
 * Reads the rating curves that domain.yaml names: a CSV of `from,to,stage_m,discharge_m3s[,no_flow_m]` (periods [from, to), empty =
 * open; with no_flow_m a power law above that stage, else straight lines), or a rating of the USGS (.rdb).
 * @throws Fault FILE_UNREADABLE naming the file and what is wrong with it.
 */
export async function readRatings(files: Readonly<Record<string, string>>, root: string): Promise<ReadonlyMap<StationId, RatingCurve>> {
  const curves = new Map<StationId, RatingCurve>();
  for (const [station, file] of Object.entries(files)) {
    const text = await readFile(join(root, file), 'utf8');
    try {
      curves.set(stationId(station), /\.rdb$/i.test(file) ? readUsgsRating(text) : readRatingTable(text));
    } catch (cause) {
      const message = `the rating curve of ${station} (${file}) cannot be used: ${(cause as Error).message}`;
      throw new Fault('FILE_UNREADABLE', message, { file, station }, { cause });
    }
  }
  return curves;
}

type Row = Readonly<Record<string, string>>;

function readRatingTable(text: string): RatingCurve {
  const rows = parseTable(text.replace(/^\uFEFF/, ''));
  for (const column of ['stage_m', 'discharge_m3s']) {
    if (rows.length > 0 && rows[0]![column] === undefined) throw new RangeError(`it has no column ${column}`);
  }
  const periods = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row['from'] ?? ''}/${row['to'] ?? ''}/${row['no_flow_m'] ?? ''}`;
    periods.set(key, [...(periods.get(key) ?? []), row]);
  }
  return ratingCurve(
    [...periods.values()].map(points => ({
      from: timeOf(points[0]!['from']),
      to: timeOf(points[0]!['to']),
      stages: points.map(point => numberOf(point, 'stage_m')),
      discharges: points.map(point => numberOf(point, 'discharge_m3s')),
      between: points[0]!['no_flow_m'] ? { logarithmicAbove: numberOf(points[0]!, 'no_flow_m') } : 'linear',
    })),
  );
}

const numberOf = (row: Row, column: string): number => (row[column]?.trim() ? Number(row[column]) : NaN);

function timeOf(text: string | undefined): EpochMs | null {
  if (text === undefined || text === '') return null;
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is no time; write 2024-01-31 or 2024-01-31T12:00Z`);
  return epochMs(ms);
}
