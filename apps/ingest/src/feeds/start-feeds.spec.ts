import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import type { GaugeSettings, LoadedDomain } from '#config';
import { MINUTE_MS, epochMs, parseIso, toIso } from '#hydrology';
import { createLogger } from '#runtime';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import { MOST_FILES } from '../sources/watched-folder.js';
import { startFeeds } from './start-feeds.js';

const NOW = parseIso('2014-11-04T06:00Z');
const FILES = 3 * MOST_FILES + 5;

describe('a backlog', () => {
  let folder: string;
  let domain: LoadedDomain;
  let database: TestDatabase;
  let bus: LocalBus;
  let received: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-backlog-'));
    [domain, database] = await Promise.all([loadCance(), openTestDatabase()]);
    for (let k = 0; k < FILES; k++) {
      const path = join(folder, `g-${String(k).padStart(4, '0')}.csv`);
      await writeFile(path, `station,time,value\nV3524010,${toIso(epochMs(NOW - (FILES - k) * 15 * MINUTE_MS))},${20 + k}\n`);
      await utimes(path, NOW / 1000 - 60, NOW / 1000 - 60);
    }
    bus = new LocalBus();
    received = 0;
    await bus.subscribe('obs.gauge.v1', 'archive', batch => {
      for (const { value } of batch) received += value.values.length;
      return Promise.resolve();
    });
  });
  afterEach(async () => {
    await bus.close(1000);
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(catchUpMs: number, pulse: ManualPulse) {
    const settings: GaugeSettings = {
      ...{ id: 'table', kind: 'csv', folder, enabled: true, every: MINUTE_MS, overlap: 0, reach: 0, quantities: ['Q'], credentials: [] },
      ...{ timeout: 1000, largestMb: 1, pages: 1, backOff: { first: 1000, longest: 1000 }, zoneMinutes: 0, parameters: {} },
      csv: {
        ...{ separator: ',', decimal: '.', time: 'time', timeFormat: 'iso', value: 'value', unit: 'm3/s', missing: [] },
        ...{ station: { column: 'station' }, variable: { fixed: 'Q' } },
      },
    };
    const live = { ...domain, settings: { ...domain.settings, sources: { ...domain.settings.sources, live: [settings] } } };
    const onDefect = (error: unknown) => {
      throw error;
    };
    const ground = { pool: database.pool, bus, logger: createLogger('silent'), owner: 'test', onDefect };
    return startFeeds(ground, [live], pulse, catchUpMs);
  }
  const left = async () => (await readdir(folder)).filter(name => name.endsWith('.csv')).length;

  it('is taken before anything else starts where that is soon done', async () => {
    const feeds = await start(60_000, new ManualPulse(NOW));
    expect(await left()).toBe(0);
    await feeds.stop();
  });

  it('that takes longer holds up no forecast: the rest is taken beside them, nothing twice and nothing lost', async () => {
    const pulse = new ManualPulse(NOW);
    const feeds = await start(0, pulse);
    expect(await left()).toBe(FILES - MOST_FILES);
    await pulse.advance(epochMs(NOW + 5 * MINUTE_MS));
    expect(await left()).toBe(0);
    await feeds.stop();
    await bus.close(1000);
    expect(received).toBe(FILES);
  });
});
