import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { loadDomain, type GaugeSettings } from '#config';
import { parseIso } from '#hydrology';
import { RainDecoder } from '../decode/rain-decoder.js';
import { checkFeed } from './check-feed.js';

const NOW = parseIso('2026-09-23T12:00Z');
const DAY_OF_QUARTERS = 96;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-check-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('counts every row that was refused, although a poll sums up what repeats', async () => {
  const rows = Array.from({ length: DAY_OF_QUARTERS }, (_, k) => ({
    ...{ code_site: 'V3524010', grandeur_hydro: 'Q', resultat_obs: 1000 + k },
    date_obs: new Date(NOW - k * 900_000).toISOString(),
  }));
  const data = rows.flatMap(row => [
    { ...row, code_station: 'V352401001' },
    { ...row, code_station: null },
    { ...row, code_station: 'V351501001', resultat_obs: 'high' },
  ]);
  const file = join(folder, 'answer.json');
  writeFileSync(file, JSON.stringify({ count: data.length, next: null, data }));
  utimesSync(file, NOW / 1000 - 60, NOW / 1000 - 60);
  const loaded = await loadDomain('deploy/domains/cance');
  const source: GaugeSettings = {
    ...{ id: 'hubeau', kind: 'hubeau', enabled: true, every: 300_000, folder, quantities: ['Q'], credentials: [], timeout: 1000 },
    ...{ largestMb: 1, pages: 1, overlap: 0, reach: 0, backOff: { first: 1000, longest: 1000 }, zoneMinutes: 0, parameters: {} },
    stations: { V3524010: 'V352401001', V3515010: 'V351501001', V3517010: 'V351701001' },
  };
  const check = await checkFeed(source, loaded, { decoder: new RainDecoder(), now: () => NOW });
  expect(check).toMatchObject({ ok: true, answers: [{ rows: 3 * DAY_OF_QUARTERS, others: 0 }], without: ['V3515010', 'V3517010'] });
  const counts = Object.fromEntries(check.rejects.map(({ code, count }) => [code, count]));
  expect(counts).toEqual({ GAUGE_DUPLICATE: DAY_OF_QUARTERS, GAUGE_NOT_A_NUMBER: DAY_OF_QUARTERS });
  expect(check.gauges[0]!.values).toHaveLength(DAY_OF_QUARTERS);
});
