import { epochMs, toIsoExact, type EpochMs } from '#hydrology';
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
      rejects.map(reject => toIsoExact(storableTime(reject.receivedAt))),
      rejects.map(reject => reject.code),
      rejects.map(reject => storable(reject.message).slice(0, LONGEST_MESSAGE)),
      rejects.map(reject => JSON.stringify(reject.payload, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value))),
    ],
  );
}

/** The message is part of the natural key; an entry of a B-tree has room for 2,700 bytes, and this many characters have at most 2,400. */
const LONGEST_MESSAGE = 800;

/** PostgreSQL stores neither U+0000 nor half a surrogate pair; what was refused may hold both, and must not be lost for it. */
const storable = (text: string): string => text.replaceAll(/[\0\ud800-\udfff]/gu, '\ufffd');

const LATEST = Date.UTC(9999, 11, 31);

/** A time that is none, of a message that was refused for it, is the beginning of time. */
const storableTime = (time: EpochMs): EpochMs => (time >= 0 && time <= LATEST ? time : epochMs(0));
