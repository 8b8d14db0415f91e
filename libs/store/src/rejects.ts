import { toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** Something that could not become an observation, with why, and what it was. */
export interface RejectRow {
  readonly source: string;
  readonly receivedAt: EpochMs;
  readonly code: string;
  readonly message: string;
  readonly payload: unknown;
}

/** Keeps what was refused: rows in = values + named rejects. */
export async function writeRejects(db: Queryable, basin: string, rejects: readonly RejectRow[]): Promise<void> {
  if (rejects.length === 0) return;
  await db.query(
    `insert into reject (basin, source, received_at, code, message, payload)
     select $1, * from unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[])
     on conflict do nothing`,
    [
      basin,
      rejects.map(reject => reject.source),
      rejects.map(reject => toIso(reject.receivedAt)),
      rejects.map(reject => reject.code),
      rejects.map(reject => reject.message),
      rejects.map(reject => JSON.stringify(reject.payload)),
    ],
  );
}
