import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE_MS, SECOND_MS, epochMs } from '#hydrology';
import { connect, createApiKey, revokeApiKey, type KeyScope } from '#store';
import { startFixtureApi, type FixtureApi } from '../../../../test/setup/fixture-api.js';
import { openStream, type Listener } from '../../../../test/setup/open-stream.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import { endOfAccess } from './end-of-access.js';

/** Checked every two seconds, on a machine that may be busy. */
const SOON_MS = 5_000;

describe('an event stream', () => {
  let database: TestDatabase;
  let api: FixtureApi;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startFixtureApi(database.pool, { mode: 'closed', consoleFolder: null });
  }, 60_000);
  afterAll(async () => {
    await api.close();
    await database.close();
  });

  const listen = async (scope: KeyScope, forMs: number): Promise<{ readonly id: string; readonly stream: Listener }> => {
    const now = epochMs(Date.now());
    const { key, secret } = await createApiKey(database.pool, { name: scope, scope, createdAt: now, expiresAt: epochMs(now + forMs) });
    const stream = await openStream(`${api.url}/v1/stream`, { 'x-api-key': secret });
    await stream.next(event => event.kind === 'clock');
    return { id: key.id, stream };
  };
  /** How long until the server ends it, ms. */
  const endOf = async (stream: Listener): Promise<number> => {
    const since = performance.now();
    await expect(stream.next(() => false)).rejects.toThrow('the stream ended');
    return performance.now() - since;
  };

  it('ends within seconds when its key is revoked, and no other does', async () => {
    const [revoked, other] = [await listen('operator', MINUTE_MS), await listen('operator', MINUTE_MS)];
    await revokeApiKey(database.pool, revoked.id, epochMs(Date.now()));
    expect(await endOf(revoked.stream)).toBeLessThan(SOON_MS);
    await other.stream.next(event => event.kind === 'clock');
    await other.stream.next(event => event.kind === 'clock');
    other.stream.close();
    expect(api.defects).toEqual([]);
  }, 20_000);

  it('ends when its key expires', async () => {
    const { stream } = await listen('partner', 3 * SECOND_MS);
    expect(await endOf(stream)).toBeLessThan(3 * SECOND_MS + SOON_MS);
  }, 20_000);

  it('ends when its token does, and outlives a database that is away until its key does', async () => {
    let now = epochMs(0);
    const pool = connect('postgres://nobody@127.0.0.1:1/none');
    const context = { pool, machineClock: { now: () => now } };
    const ended: string[] = [];
    for (const kind of ['key', 'token'] as const)
      endOfAccess(context, { kind, id: kind, name: '', scope: 'partner', expiresAt: epochMs(10_000) }).subscribe(() => ended.push(kind));
    await new Promise(resolve => setTimeout(resolve, 2_500));
    expect(ended).toEqual([]);
    now = epochMs(10_000);
    await new Promise(resolve => setTimeout(resolve, 2_500));
    expect(ended.sort()).toEqual(['key', 'token']);
    await pool.end();
  }, 20_000);
});
