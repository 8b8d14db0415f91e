import { epochMs, toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** A replay of the record and how far it has come: everything up to and with the beat `clock` is settled. */
export interface ReplayRow {
  readonly basin: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly clock: EpochMs;
  /** What else decides its results. */
  readonly options: Readonly<Record<string, unknown>>;
}

export async function readReplay(db: Queryable, basin: string): Promise<ReplayRow | null> {
  const { rows } = await db.query<{ from_time: number; to_time: number; clock: number; options: Record<string, unknown> }>(
    'select from_time, to_time, clock, options from replay where basin = $1',
    [basin],
  );
  const row = rows[0];
  return row ? { basin, from: epochMs(row.from_time), to: epochMs(row.to_time), clock: epochMs(row.clock), options: row.options } : null;
}

/** Begins a replay, or extends the one there is to a later end. */
export async function saveReplay(db: Queryable, replay: ReplayRow): Promise<void> {
  await db.query(
    `insert into replay (basin, from_time, to_time, clock, options) values ($1, $2, $3, $4, $5)
     on conflict (basin) do update set to_time = excluded.to_time`,
    [replay.basin, toIso(replay.from), toIso(replay.to), toIso(replay.clock), JSON.stringify(replay.options)],
  );
}

/** Notes that the beat is settled. */
export async function saveReplayClock(db: Queryable, basin: string, clock: EpochMs): Promise<void> {
  await db.query('update replay set clock = $2 where basin = $1', [basin, toIso(clock)]);
}
