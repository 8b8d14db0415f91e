import type { RunKind } from '#contracts';
import { epochMs, toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** What a cycle left, as #cycle encodes it. */
export interface StateRow {
  readonly issueTime: EpochMs;
  readonly validTime: EpochMs;
  readonly state: Uint8Array;
  readonly hash: string;
}

/** Stores states; one that is already there stays (nothing published is overwritten). */
export async function writeStates(db: Queryable, basin: string, runKind: RunKind, states: readonly StateRow[]): Promise<void> {
  await db.query(
    `insert into model_state (basin, run_kind, issue_time, valid_time, state, hash)
     select $1, $2, * from unnest($3::timestamptz[], $4::timestamptz[], $5::bytea[], $6::text[])
     on conflict do nothing`,
    [
      basin,
      runKind,
      states.map(state => toIso(state.issueTime)),
      states.map(state => toIso(state.validTime)),
      states.map(({ state }) => Buffer.from(state.buffer, state.byteOffset, state.byteLength)),
      states.map(state => state.hash),
    ],
  );
}

/**
 * The newest state left by a cycle issued at or before each of the times; null where there is none. Of several kinds of run
 * the first one named counts where both have left a state at one time.
 */
export async function readStatesBefore(
  db: Queryable,
  basin: string,
  runKinds: RunKind | readonly RunKind[],
  times: readonly EpochMs[],
): Promise<(StateRow | null)[]> {
  const kinds = typeof runKinds === 'string' ? [runKinds] : runKinds;
  const { rows } = await db.query<StateRecord>(READ, [basin, kinds, times.map(toIso)]);
  return rows.map(row =>
    row.issue_time === null
      ? null
      : {
          issueTime: epochMs(row.issue_time),
          validTime: epochMs(row.valid_time),
          state: Uint8Array.from(row.state),
          hash: row.hash,
        },
  );
}

interface StateRecord {
  readonly issue_time: number | null;
  readonly valid_time: number;
  readonly state: Buffer;
  readonly hash: string;
}

const READ = `
  select found.* from unnest($3::timestamptz[]) with ordinality as wanted (time, position)
  left join lateral (
    select issue_time, valid_time, state, hash from model_state
    where basin = $1 and run_kind = any($2) and issue_time <= wanted.time
    order by issue_time desc, array_position($2, run_kind) limit 1
  ) found on true
  order by position`;
