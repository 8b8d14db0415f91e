import { Fault } from '#errors';
import { BEAT_MS, epochMs, floorTo, toIso, type EpochMs } from '#hydrology';
import { readReplay, saveReplay, type Pool, type ReplayRow } from '#store';
import { requireRecord, type LoadedDomain } from '#config';
import type { ReplayMode } from './freshet-options.js';

/** A replay as it stands in the store: begun now or found. */
export interface BegunReplay {
  readonly row: ReplayRow;
  /** Something was settled before: go on after `row.clock`. */
  readonly resumed: boolean;
}

/**
 * Finds the replay that the database holds, or begins one.
 * @throws Fault CONFLICT when it holds one that may not be continued, or one with other options.
 */
export async function beginReplay(pool: Pool, domain: LoadedDomain, mode: ReplayMode): Promise<BegunReplay> {
  checkPeriod(domain, mode);
  const { rain, runs, disturbances, from, to } = mode;
  const sameRuns = runs && { runs: { hash: runs.hash, delayMs: runs.delayMs } };
  const options = { rain, ...sameRuns, disturbances, config: domain.configHash, mesh: domain.meshHash };
  const wanted: ReplayRow = { basin: domain.basin, from, to, clock: epochMs(from - BEAT_MS), options };
  const found = await readReplay(pool, domain.basin);
  if (found !== null) assertContinues(found, wanted, mode);
  await saveReplay(pool, wanted);
  const row = { ...wanted, clock: found?.clock ?? wanted.clock };
  return { row, resumed: row.clock >= from };
}

function checkPeriod(domain: LoadedDomain, { from, to }: ReplayMode): void {
  requireRecord(domain, 'a replay');
  const { record, name } = domain;
  const beats = [from, to].every(time => floorTo(time, BEAT_MS) === time);
  if (!beats) throw new Fault('COMMAND_INVALID', 'a replay begins and ends on a quarter of an hour, such as 2014-11-03T00:15Z');
  if (from > to) throw new Fault('COMMAND_INVALID', `the replay would end (${toIso(to)}) before it begins (${toIso(from)})`);
  if (from > record.from && to <= record.to) return;
  const period = `after ${toIso(record.from)} and until ${toIso(record.to)}`;
  throw new Fault('COMMAND_INVALID', `the record of ${name} can be replayed ${period}, not from ${toIso(from)} to ${toIso(to)}`);
}

function assertContinues(found: ReplayRow, wanted: ReplayRow, mode: ReplayMode): void {
  const at = `${toIso(found.from)} to ${toIso(found.to)}, now at ${toIso(found.clock)}`;
  if (mode.earlier !== 'resume') {
    throw new Fault(
      'CONFLICT',
      `the data folder holds a replay (${at}); give --resume to continue it or another --data to begin a new one`,
    );
  }
  const same = found.from === wanted.from && canonical(found.options) === canonical(wanted.options);
  if (same && wanted.to >= found.clock) return;
  throw new Fault(
    'CONFLICT',
    `the replay in the data folder (${at}) has other options; resume it with --from ${toIso(found.from)}, ${canonical(found.options)}`,
  );
}

/** The store returns JSON objects with their keys in its own order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** Everything stamped or received up to this was archived before the beat. */
export const knownBefore = (row: ReplayRow, resumed: boolean, cutOffMs: number): EpochMs =>
  resumed ? epochMs(row.clock + cutOffMs) : row.from;
