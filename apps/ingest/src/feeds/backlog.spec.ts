import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MINUTE_MS, epochMs, parseIso, toIso } from '#hydrology';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { TestIngest } from '../../../../test/setup/test-ingest.js';
import { TestFiles, csvOf, downloadedCsv } from '../arrivals/test-downloads.js';

const NOW = parseIso('2014-11-04T06:00Z');

describe('a backlog of more files than a poll takes', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-backlog-'));
  const server = new TestFiles();
  afterAll(() => {
    server.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('is taken whole: what waits is older than the overlap, and does not leave the window', async () => {
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
});
