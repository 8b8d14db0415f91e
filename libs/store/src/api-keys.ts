import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { toIso, type EpochMs } from '#hydrology';
import type { Queryable } from './connect.js';

/** partner: reads. operator: reads and acts. */
export const KEY_SCOPES = ['partner', 'operator'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** A key as it may be shown: without its secret, which is stored nowhere. Times are of the machine's clock. */
export interface ApiKey {
  readonly id: string;
  /** Whose it is. */
  readonly name: string;
  readonly scope: KeyScope;
  readonly createdAt: EpochMs;
  /** Valid before this. */
  readonly expiresAt: EpochMs;
  readonly revokedAt: EpochMs | null;
}

/** What a presented key turned out to be; why it is refused is told only to whoever has its secret. */
export type KeyVerdict =
  | { readonly kind: 'valid'; readonly key: ApiKey }
  | { readonly kind: 'expired' | 'revoked'; readonly key: ApiKey }
  | { readonly kind: 'unknown' };

const PATTERN = /^freshet_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** Does this look like a key of Freshet (and not like a token)? */
export const looksLikeApiKey = (text: string): boolean => text.startsWith('freshet_');

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/**
 * Makes a key. The database must be its owner's: the writer may read keys and make none.
 * @returns the key as it is stored and its text, which cannot be had again.
 */
export async function createApiKey(
  db: Queryable,
  { name, scope, createdAt, expiresAt }: Omit<ApiKey, 'id' | 'revokedAt'>,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await db.query('insert into api_key (id, name, scope, hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)', [
    ...[id, name, scope, hashOf(secret)],
    ...[toIso(createdAt), toIso(expiresAt)],
  ]);
  return { key: { id, name, scope, createdAt, expiresAt, revokedAt: null }, secret: `freshet_${id}_${secret}` };
}

/** Ends a key now. @returns false when there is none, or it was revoked before. */
export async function revokeApiKey(db: Queryable, id: string, at: EpochMs): Promise<boolean> {
  const { rowCount } = await db.query('update api_key set revoked_at = $2 where id = $1 and revoked_at is null', [id, toIso(at)]);
  return rowCount === 1;
}

/** Every key there ever was, oldest first. */
export async function readApiKeys(db: Queryable): Promise<ApiKey[]> {
  const { rows } = await db.query<ApiKeyRow>(`select ${COLUMNS} from api_key order by created_at, id`);
  return rows.map(apiKeyOf);
}

/** Looks a presented key up and compares hashes in constant time. */
export async function checkApiKey(db: Queryable, text: string, now: EpochMs): Promise<KeyVerdict> {
  const [, id, secret] = PATTERN.exec(text) ?? [];
  if (id === undefined || secret === undefined) return { kind: 'unknown' };
  const { rows } = await db.query<ApiKeyRow & { readonly hash: Buffer }>(`select ${COLUMNS}, hash from api_key where id = $1`, [id]);
  const row = rows[0];
  if (row === undefined || !timingSafeEqual(hashOf(secret), row.hash)) return { kind: 'unknown' };
  const key = apiKeyOf(row);
  if (key.revokedAt !== null) return { kind: 'revoked', key };
  return { kind: now < key.expiresAt ? 'valid' : 'expired', key };
}

/** Does the key that was presented before still hold? */
export async function keyHolds(db: Queryable, id: string, now: EpochMs): Promise<boolean> {
  const { rowCount } = await db.query('select from api_key where id = $1 and revoked_at is null and expires_at > $2', [id, toIso(now)]);
  return rowCount === 1;
}

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly scope: KeyScope;
  readonly created_at: EpochMs;
  readonly expires_at: EpochMs;
  readonly revoked_at: EpochMs | null;
}

const COLUMNS = 'id, name, scope, created_at, expires_at, revoked_at';

const apiKeyOf = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});
