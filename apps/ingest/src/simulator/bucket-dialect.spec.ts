import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LiveSource, LoadedDomain } from '#config';
import { DAY_MS, HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { MARSHALL_PALMER, type RawRainGrid } from '#observation';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { RainDecoder } from '../decode/rain-decoder.js';
import { openFeed } from '../feeds/open-feed.js';
import { FeedSimulator } from './feed-simulator.js';

const NOW = parseIso('2014-11-04T06:00Z');
/** An hour whose file comes a second time, corrected. */
const CORRECTED = parseIso('2014-11-04T03:00Z');

describe('the simulated bucket', () => {
  const decoder = new RainDecoder();
  const root = mkdtempSync(join(tmpdir(), 'freshet-bucket-rain-'));
  let domain: LoadedDomain;
  let simulator: FeedSimulator;
  let url: string;
  beforeAll(async () => {
    domain = await loadCance();
    const faults = [{ kind: 'correction' as const, from: epochMs(CORRECTED - HOUR_MS), to: CORRECTED, input: 'rain' }];
    const world = { domain, now: () => NOW, shiftMs: 0, gaugeStepMs: 15 * MINUTE_MS, faults };
    simulator = new FeedSimulator({ ...world, fixtures: null, slowMs: 0 });
    url = await simulator.listen(0);
  });
  afterAll(async () => {
    await Promise.all([decoder.close(), simulator.close()]);
    rmSync(root, { recursive: true, force: true });
  });

  it('gives the rain of the record through a listing, its downloads and the decoder', async () => {
    const settings: LiveSource = {
      ...{ id: 'mosaic', kind: 'odim-folder', enabled: true, every: 60_000, folder: join(root, 'mosaic') },
      ...{ reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCell: 1000, filters: {} },
      bucket: {
        ...{
          url: `${url}/bucket`,
          prefix: 'radar/{yyyy}/{MM}/{dd}/',
          match: '*.h5',
          credentials: [],
          timeout: 10_000,
          largestMb: 8,
          pages: 9,
        },
        ...{ overlap: 3 * HOUR_MS, reach: DAY_MS, backOff: { first: 1000, longest: 1000 } },
      },
    };
    const { source, reachMs, overlapMs } = openFeed(settings, { domain, decoder, now: () => NOW, services: new Map() });
    const rain: RawRainGrid[] = [];
    for await (const one of source.poll({ after: epochMs(NOW - reachMs - overlapMs), until: NOW }, new AbortController().signal)) {
      if (one.kind === 'rain') rain.push(one);
    }
    await source.taken!();
    // received in the 27 h before now: 06:00 of the day before is stamped at least a latency earlier
    const { latency } = domain.settings.sources.radar;
    const recorded = domain.record.sent.rain(epochMs(NOW - 27 * HOUR_MS - latency), epochMs(NOW - latency));
    const sum = (values: Float32Array) => values.reduce((total, depth) => total + depth, 0);
    const revised = rain.filter(({ validTime }) => validTime === CORRECTED);
    expect(revised).toHaveLength(2);
    expect(sum(revised[1]!.values)).toBeGreaterThan(1.4 * sum(revised[0]!.values)); // "rain_….h5" before "rain_…_corrected.h5"
    const first = rain.filter(grid => grid !== revised[1]);
    expect(first.map(({ validTime }) => validTime)).toEqual(recorded.map(({ validTime }) => validTime));
    for (const [k, { values }] of first.entries())
      expect(Math.abs(sum(values) - sum(recorded[k]!.values))).toBeLessThan(0.01 * values.length);
    expect(readdirSync(join(root, 'mosaic', 'archive'))).toHaveLength(rain.length + 2);
  });
});
