import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import type { LoadedDomain } from '#config';
import { MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import type { Logger } from '#runtime';
import { saveFeed, takeFeed } from '#store';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { awaitSources } from './await-sources.js';

const NOW = parseIso('2026-11-04T06:00Z');

describe('forecasts that begin in a process of their own', () => {
  let database: TestDatabase;
  let said: string[];
  beforeAll(async () => {
    database = await openTestDatabase();
  }, 60_000);
  beforeEach(async () => {
    said = [];
    await database.pool.query('truncate feed');
  });
  afterAll(() => database.close());

  const live = [
    { id: 'radar', enabled: true },
    { id: 'gauges', enabled: true },
    { id: 'spare', enabled: false },
  ];
  const domains = [{ basin: 'cance', settings: { sources: { live } } }] as unknown as LoadedDomain[];
  const wait = (patienceMs: number) =>
    awaitSources({
      ...{ pool: database.pool, domains, clock: { now: () => NOW }, patienceMs },
      logger: { warn: (_: object, message: string) => said.push(message) } as unknown as Logger,
      bus: new LocalBus(),
    });
  const poll = async (source: string, at: EpochMs, outcome: { failures?: number; succeededAt?: EpochMs | null } = {}): Promise<void> => {
    const name = { basin: 'cance', source, kind: 'csv', address: '/srv', everyMs: MINUTE_MS };
    const feed = await takeFeed(database.pool, name, { owner: 'ingest', now: at, until: epochMs(at + MINUTE_MS) });
    await saveFeed(database.pool, { ...feed!, polledAt: at, nextAt: epochMs(at + MINUTE_MS), succeededAt: at, failures: 0, ...outcome });
  };

  it('wait until every source that is on was asked', async () => {
    await poll('radar', NOW);
    let isOver = false;
    const waited = wait(60_000).then(() => (isOver = true));
    await new Promise(resolve => setTimeout(resolve, 700));
    expect(isOver).toBe(false);
    await poll('gauges', NOW, { succeededAt: null }); // it has a backlog
    await new Promise(resolve => setTimeout(resolve, 700));
    expect(isOver).toBe(false);
    await poll('gauges', NOW);
    await waited;
    expect(said).toEqual([]);
  });

  it('do not wait for a source that fails, and name those that nobody attends to', async () => {
    await poll('radar', NOW, { succeededAt: null, failures: 2 });
    await poll('gauges', epochMs(NOW - 60 * MINUTE_MS)); // before an outage
    await wait(600);
    expect(said).toEqual([
      'forecasts begin without cance/gauges: nobody has asked these sources within 0.6 s; is a process with the role ingest running?',
    ]);
  });
});
