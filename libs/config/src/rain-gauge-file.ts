import { Fault } from '#errors';
import { MINUTE_MS, parseIso, stationId, type RainGaugeSeries } from '#hydrology';
import { parseTable } from './table.js';

const COLUMNS = ['gauge', 'time', 'minutes', 'depth_mm'] as const;

/**
 * Reads the record of rain gauges: a CSV of gauge, time (the end of the accumulation), minutes (its length) and depth_mm; a missing value is
 * an empty depth or no line.
 * @returns a series of each gauge, ascending
 * @throws Fault FILE_UNREADABLE naming the first line that is wrong
 */
export function readRainGaugeFile(text: string, file: string): ReadonlyMap<string, RainGaugeSeries> {
  const refuse = (what: string): Fault => new Fault('FILE_UNREADABLE', `${file}: ${what}`, { file });
  const table = parseTable(text);
  const absent = COLUMNS.filter(column => table[0] !== undefined && !(column in table[0]));
  if (table.length === 0 || absent.length > 0) throw refuse(`needs the columns ${COLUMNS.join(', ')} and a line`);
  const byGauge = new Map<string, { time: number; durationMs: number; depth: number }[]>();
  table.forEach((row, k) => {
    const { gauge = '', time = '', minutes = '', depth_mm: written = '' } = row;
    if (written === '') return;
    const [durationMs, depth] = [Number(minutes || NaN) * MINUTE_MS, Number(written)];
    const where = `line ${k + 2} (${gauge} ${time})`;
    if (gauge === '' || !(durationMs > 0) || !(depth >= 0)) throw refuse(`${where} needs a gauge, minutes above 0 and a depth_mm from 0`);
    const rows = byGauge.get(gauge) ?? [];
    rows.push({ time: timeOf(time, () => refuse(`${where} has no time such as 2014-11-04T15:00Z`)), durationMs, depth });
    byGauge.set(gauge, rows);
  });
  return new Map([...byGauge].map(([gauge, rows]) => [gauge, seriesOf(gauge, rows)]));
}

function timeOf(text: string, fault: () => Fault): number {
  try {
    return parseIso(text);
  } catch {
    throw fault();
  }
}

function seriesOf(gauge: string, rows: readonly { time: number; durationMs: number; depth: number }[]): RainGaugeSeries {
  const ascending = rows.toSorted((a, b) => a.time - b.time);
  return {
    gauge: stationId(gauge),
    times: Float64Array.from(ascending, ({ time }) => time),
    durationsMs: Float64Array.from(ascending, ({ durationMs }) => durationMs),
    depths: Float64Array.from(ascending, ({ depth }) => depth),
    flags: new Uint8Array(ascending.length),
  };
}
