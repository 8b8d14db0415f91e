import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { TestIngest } from '../../../../test/setup/test-ingest.js';
import { TestFiles, csvOf, downloadedCsv } from '../arrivals/test-downloads.js';

const NOW = parseIso('2014-11-04T06:00Z');

describe('a backlog', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-backlog-'));
  const server = new TestFiles();
  afterEach(() => {
    server.close();
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('of more files than a poll takes is taken whole: what waits is older than the overlap, and does not leave the window', async () => {
    const url = await server.listen();
    for (let k = 0; k < 162; k++) {
      const time = toIso(epochMs(NOW - k * 10 * MINUTE_MS));
      server.files.set(`/q_${time.replaceAll(/\D/g, '').slice(0, 12)}.csv`, csvOf(time, 10 + k / 1000));
    }
    const settings = downloadedCsv(join(root, 'in'), { url: `${url}/q_{yyyyMMddHHmm}.csv`, step: 10 * MINUTE_MS });
    const pulse = new ManualPulse(NOW);
    const ingest = await TestIngest.start(await loadCance(), [{ ...settings, stations: { V3524010: 'G1' } }], pulse);
    try {
      expect(await ingest.query('select count(*)::int as count from observation')).toEqual([{ count: 162 }]); // 27 h
      expect(await ingest.feed('levels')).toMatchObject({ state: 'ok', succeededAt: toIso(NOW) });
    } finally {
      await ingest.stop();
    }
  });

  it('that is older than the reach of its source is named once', async () => {
    const url = await server.listen();
    let status = 200;
    server.files.set('/levels.csv', (_request, response) => response.writeHead(status).end(csvOf(toIso(pulse.clock.now()), 10)));
    const outage = async (until: EpochMs): Promise<void> => {
      status = 503;
      await pulse.advance(epochMs(until - 5 * MINUTE_MS));
      status = 200;
      await pulse.advance(until);
    };
    const settings = { ...downloadedCsv('', { url }), url: `${url}/levels.csv`, reach: 2 * HOUR_MS, overlap: HOUR_MS };
    const { download: _, folder: _folder, ...asked } = settings;
    const pulse: ManualPulse = new ManualPulse(NOW);
    const ingest = await TestIngest.start(await loadCance(), [{ ...asked, stations: { V3524010: 'G1' } }], pulse);
    const named = () => ingest.query<{ message: string }>(`select message from reject where code = 'TIME_PASSED_OVER'`);
    try {
      await outage(epochMs(NOW + 2.5 * HOUR_MS)); // within reach and overlap
      expect(await named()).toEqual([]);
      await outage(epochMs(NOW + 8 * HOUR_MS));
      const [passedOver] = await named();
      expect(passedOver!.message).toMatch(/of source levels from 2014-11-04T08:[23]\d:00Z to 2014-11-04T1[01]:\d\d:00Z,/);
      expect(await ingest.feed('levels')).toMatchObject({ state: 'ok', failures: 0 });
      expect(await named()).toHaveLength(1);
    } finally {
      await ingest.stop();
    }
  });
});
