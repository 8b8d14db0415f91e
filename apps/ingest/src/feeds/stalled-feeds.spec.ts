import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namePattern, toLonLat, type LiveSource, type LoadedDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, floorTo, parseIso, toIso, type EpochMs } from '#hydrology';
import { MARSHALL_PALMER, encodeOdim } from '#observation';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { TestIngest } from '../../../../test/setup/test-ingest.js';
import { TestFiles, downloadedCsv } from '../arrivals/test-downloads.js';

const START = parseIso('2014-11-04T00:00Z');
const STALLED = parseIso('2014-11-04T02:31Z');
const STALL_MS = 45 * MINUTE_MS;
const MARGIN_MS = 15 * MINUTE_MS;
const STATION = 'V3524010';

/** How an input comes by construction: stamped every `stepMs`, there `latencyMs` later, asked for every `everyMs`. */
const GAUGE = { stepMs: 15 * MINUTE_MS, latencyMs: 5 * MINUTE_MS, everyMs: 5 * MINUTE_MS };
const RAIN = { stepMs: 5 * MINUTE_MS, latencyMs: 3 * MINUTE_MS, everyMs: MINUTE_MS };

/** The newest that is there at a time; while it stalls, what was there when that began. */
function newestAt({ stepMs, latencyMs }: typeof GAUGE, now: EpochMs): EpochMs {
  const known = now > STALLED && now <= STALLED + STALL_MS ? STALLED : now;
  return epochMs(floorTo(epochMs(known - latencyMs), stepMs));
}

/** When a source was first seen as stalled, and how old its newest was then. */
interface Named {
  readonly at: EpochMs;
  readonly ageMs: number;
}

describe('a source that stalls for 45 min with HTTP 200', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-stalled-'));
  const server = new TestFiles();
  const pulse: ManualPulse = new ManualPulse(START);
  const named = new Map<string, Named>();
  const again = new Map<string, EpochMs>();
  const states = new Set<string>();
  let ingest: TestIngest;
  let domain: LoadedDomain;

  beforeAll(async () => {
    domain = await loadCance();
    const url = await server.listen();
    const rain = await rainFiles(domain);
    server.files.set('/csv', (_request, response) => response.writeHead(200).end(table(pulse.clock.now())));
    server.files.set('/radar/', (_request, response) => {
      const names = [...rain.keys()].filter(name => timeOf(name) <= newestAt(RAIN, pulse.clock.now()));
      response.writeHead(200).end(names.map(name => `<a href="${name}">${name}</a> 04-Nov-2014 00:00  9\n`).join('') || '<a href="../">');
    });
    for (const [name, bytes] of rain) server.files.set(`/radar/${name}`, (_request, response) => response.writeHead(200).end(bytes));
    ingest = await TestIngest.start(domain, sources(url), pulse);
    for (let now = START; now < STALLED + STALL_MS + 30 * MINUTE_MS; now = epochMs(now + MINUTE_MS)) {
      await pulse.advance(now);
      await ingest.query('select 1'); // what was published is archived
      for (const source of ['gauges', 'radar']) await look(source, now);
    }
  }, 120_000);
  afterAll(async () => {
    await ingest.stop();
    server.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function look(source: string, now: EpochMs): Promise<void> {
    const { stalled, state, failures } = await ingest.feed(source);
    states.add(`${source} ${state} ${failures}`);
    if (stalled.length > 0 && !named.has(source)) {
      named.set(source, { at: now, ageMs: now - newestAt(source === 'radar' ? RAIN : GAUGE, now) });
    }
    if (stalled.length === 0 && named.has(source) && !again.has(source)) again.set(source, now);
  }

  const sources = (url: string): LiveSource[] => {
    const { download: _, url: _url, folder: _folder, ...gauges } = { ...downloadedCsv('', { url }), url };
    return [
      {
        ...gauges,
        ...{ id: 'gauges', url: `${url}/csv`, every: GAUGE.everyMs, stations: { [STATION]: 'G1' }, overlap: HOUR_MS, reach: HOUR_MS },
      },
      {
        ...{ id: 'radar', kind: 'odim-folder', enabled: true, every: RAIN.everyMs, folder: join(root, 'radar') },
        ...{ reflectivity: MARSHALL_PALMER, minimumQuality: 0, unitMm: 1, polarCell: 1000, filters: {} },
        download: downloadedCsv('', { url: `${url}/radar/`, match: 'r_{yyyyMMddHHmm}.h5', reach: HOUR_MS }).download,
      },
    ];
  };

  it.each([
    ['gauges', GAUGE],
    ['radar', RAIN],
  ] as const)('%s is named within one poll of its usual age and a quarter of an hour', async (source, { stepMs, latencyMs, everyMs }) => {
    const { at, ageMs } = named.get(source)!;
    // by construction: just before the next comes, the newest is a step and the latency old
    const usualMs = stepMs + latencyMs;
    const dueAt = at - ageMs + usualMs + MARGIN_MS;
    expect(at).toBeGreaterThan(dueAt); // not before its time
    expect(at - dueAt).toBeLessThanOrEqual(everyMs);
    expect(at).toBeLessThanOrEqual(STALLED + STALL_MS); // while it lasts
    expect((await ingest.feed(source)).stalled).toEqual([]);
    expect(again.get(source)! - (STALLED + STALL_MS)).toBeLessThanOrEqual(everyMs + MINUTE_MS);
  });

  it('answers all the time, and has lost nothing when it comes again', async () => {
    expect([...states].filter(state => !/ (ok|stalled) 0$/.test(state))).toEqual([]);
    const now = pulse.clock.now();
    const [gauges] = await ingest.query<{ count: number }>('select count(distinct valid_time)::int as count from observation');
    const [rain] = await ingest.query<{ count: number }>('select count(distinct valid_time)::int as count from rain_grid');
    expect(gauges!.count).toBeGreaterThanOrEqual((newestAt(GAUGE, now) - START) / GAUGE.stepMs - 1);
    expect(rain!.count).toBeGreaterThanOrEqual((newestAt(RAIN, now) - START) / RAIN.stepMs - 1);
  });
});

/** A value every quarter of an hour of the last hours, rising. */
function table(now: EpochMs): string {
  const newest = newestAt(GAUGE, now);
  const times = Array.from({ length: 16 }, (_, k) => epochMs(newest - (15 - k) * GAUGE.stepMs));
  return `station,time,value\n${times.map(time => `G1,${toIso(time)},${(20 + (time - START) / (100 * HOUR_MS)).toFixed(4)}`).join('\n')}\n`;
}

const nameOf = (time: EpochMs) => `r_${toIso(time).replaceAll(/\D/g, '').slice(0, 12)}.h5`;
const timeOf = (name: string) => namePattern('r_{yyyyMMddHHmm}.h5').timeOf(name)!;

/** A mosaic every 5 min of the morning. */
async function rainFiles({ mesh, projection }: LoadedDomain): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (let time: number = START - HOUR_MS; time < START + 4 * HOUR_MS; time += RAIN.stepMs) {
    const to = epochMs(time);
    const bytes = await encodeOdim({
      ...{ projection: projection.definition, corner: toLonLat(projection, mesh.xMin, mesh.yMax), source: 'ORG:247' },
      ...{ rows: mesh.rows, columns: mesh.columns, xResolution: mesh.xResolution, yResolution: mesh.yResolution },
      ...{ from: epochMs(to - RAIN.stepMs), to, depths: new Float32Array(mesh.rows * mesh.columns).fill(0.1 + (time % 7) / 10) },
    });
    files.set(nameOf(to), bytes);
  }
  return files;
}
