import { epochMs, ratingCurve, type EpochMs, type RatingCurve, type RatingTable } from '#hydrology';
import { Refusal } from '../reject.js';

const FOOT_M = 0.3048;
const CUBIC_FOOT_M3 = FOOT_M ** 3;

/**
 * Reads a rating of the USGS (RDB): feet and cubic feet become m and m³/s; a logarithmic expansion keeps its first offset. Each
 * validity period of the heading is a table.
 * @throws Refusal ANSWER_UNREADABLE, FIELD_MISSING naming what is wrong.
 */
export function readUsgsRating(text: string): RatingCurve {
  const lines = text.split(/\r?\n/);
  const heading = lines.filter(line => line.startsWith('#')).join('\n');
  const header = lines.findIndex(line => /^INDEP\t/.test(line));
  if (header < 0) throw new Refusal('ANSWER_UNREADABLE', 'the rating has no line INDEP, DEP');
  const columns = lines[header]!.split('\t');
  const [stage, flow] = [columns.indexOf('INDEP'), columns.indexOf('DEP')];
  const points = lines.slice(header + 2).flatMap(line => {
    const fields = line.split('\t');
    return line.trim() === '' || line.startsWith('#') ? [] : [{ stage: Number(fields[stage]), flow: Number(fields[flow]) }];
  });
  const logarithmic = /RATING EXPANSION="logarithmic"/.test(heading);
  const offset = Number(/RATING OFFSET1=([-+.\dE]+)/.exec(heading)?.[1] ?? NaN);
  if (logarithmic && Number.isNaN(offset)) throw new Refusal('FIELD_MISSING', 'the rating is logarithmic and has no OFFSET1');
  const table = {
    stages: points.map(point => point.stage * FOOT_M),
    discharges: points.map(point => point.flow * CUBIC_FOOT_M3),
    between: logarithmic ? { logarithmicAbove: offset * FOOT_M } : ('linear' as const),
  };
  return checked(periodsOf(heading).map(period => ({ ...period, ...table })));
}

function checked(tables: readonly RatingTable[]): RatingCurve {
  try {
    return ratingCurve(tables);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new Refusal('ANSWER_UNREADABLE', cause.message);
  }
}

function periodsOf(heading: string): readonly { readonly from: EpochMs | null; readonly to: EpochMs | null }[] {
  const lines = [...heading.matchAll(/RATING_DATETIME BEGIN=(\S+) BZONE=(\S+) END=(\S+) EZONE=(\S+)/g)];
  if (lines.length === 0) return [{ from: null, to: null }];
  return lines.map(([, begin, beginZone, end, endZone]) => ({ from: timeOf(begin!, beginZone!), to: timeOf(end!, endZone!) }));
}

/** "20151001000000" in "-05:00"; hyphens = open. */
function timeOf(text: string, zone: string): EpochMs | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1);
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${/^[+-]\d\d:\d\d$/.test(zone) ? zone : 'Z'}`);
  return Number.isNaN(ms) ? null : epochMs(ms);
}
