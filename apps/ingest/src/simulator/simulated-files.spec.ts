import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LiveSource, type LoadedDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { decodeVigicruesForecast, meanDepth, type RawRainGrid } from '#observation';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { TestBroker } from '../arrivals/test-broker.js';
import { RainDecoder } from '../decode/rain-decoder.js';
import { checkFeed, type FeedCheck } from '../feeds/check-feed.js';
import { openFeed } from '../feeds/open-feed.js';
import { readFeedFault } from './feed-fault.js';
import { FeedSimulator } from './feed-simulator.js';
import { GAUGE_FILE_KINDS, GaugeFileWriter } from './gauge-file-writer.js';
import { ModelRunWriter } from './model-run-writer.js';
import { RainAnnouncer } from './rain-announcer.js';
import { requireFormat } from './rain-formats.js';
import { RainWriter } from './rain-writer.js';
import type { SimulatedWorld } from './simulated-world.js';

const START = parseIso('2014-11-04T06:00Z');

describe('simulated files', () => {
  const decoder = new RainDecoder();
  let domain: LoadedDomain;
  let folder: string;
  let now: EpochMs;
  beforeAll(async () => {
    domain = await loadCance();
  });
  afterAll(() => decoder.close());
  beforeEach(() => {
    now = START;
    folder = mkdtempSync(join(tmpdir(), 'freshet-simulated-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const worldOf = (changes: Partial<SimulatedWorld> = {}, faults: readonly string[] = []): SimulatedWorld => ({
    ...{ domain, now: () => now, shiftMs: 0, gaugeStepMs: 15 * MINUTE_MS, faults: faults.map(text => readFeedFault(text, START)) },
    ...changes,
  });
  const check = (source: object): Promise<FeedCheck> =>
    checkFeed(LiveSource.parse({ folder, ...source }), domain, { decoder, now: () => now });
  const recordOf = (from: EpochMs, to: EpochMs) => domain.record.rain(from, to).map(({ values }) => meanDepth(values)!);

  it.each([
    ['odim', /ODIM/, {}],
    ['knmi', /^KNMI/, {}],
    ['netcdf', /^NetCDF/, {}],
    ['geotiff', /^GeoTIFF/, { duration: '1h' }],
  ] as const)('of rain in %s are read back with the sums of the record', async (rainFormat, product, settings) => {
    requireFormat(rainFormat, domain);
    const written = await new RainWriter(worldOf({ rainFormat }), folder, epochMs(now - 6 * HOUR_MS)).writeDue();
    const { rain, rejects, ok } = await check({ id: 'radar', kind: `${rainFormat}-folder`, ...settings });
    expect([ok, rejects]).toEqual([true, []]);
    expect(rain.map(({ file }) => file)).toEqual(written);
    expect(rain).toHaveLength(6);
    const [first, last] = [rain[0]!, rain.at(-1)!].map(one => [parseIso(one.from), parseIso(one.to)] as const) as [
      [EpochMs, EpochMs],
      [EpochMs, EpochMs],
    ];
    expect(last[1] - last[0]).toBe(HOUR_MS);
    const recorded = recordOf(first[0], last[1]);
    expect(Math.max(...recorded)).toBeGreaterThan(1);
    rain.forEach(({ meanMm, coverage, product: said }, k) => {
      expect([said, coverage]).toEqual([expect.stringMatching(product), 1]);
      expect(Math.abs(meanMm! - recorded[k]!)).toBeLessThan(0.006); // half a hundredth of a millimetre
    });
  });

  it('of rain in RADOLAN are refused for a basin that its grid does not reach', () => {
    expect(() => {
      requireFormat('radolan', domain);
    }).toThrow(/--rain-format radolan: the grid of RADOLAN .* does not reach every cell of this domain; take odim or netcdf/);
  });

  it('of rain in RADOLAN are read back where its grid reaches the basin', async () => {
    const { mesh } = domain;
    // the same basin 5° east and 5° north, in the valley of the Saale
    const moved: LoadedDomain = {
      ...domain,
      projection: {
        ...domain.projection,
        definition: domain.projection.definition.replace('+lon_0=3', '+lon_0=8').replace('+y_0=6600000', '+y_0=6040000'),
      },
    };
    requireFormat('radolan', moved);
    await new RainWriter(worldOf({ domain: moved, rainFormat: 'radolan' }), folder, epochMs(now - HOUR_MS)).writeDue();
    const source = LiveSource.parse({ id: 'radar', kind: 'radolan-folder', folder });
    const { rain, rejects } = await checkFeed(source, moved, { decoder, now: () => now });
    expect(rejects).toEqual([]);
    const [recorded] = recordOf(parseIso(rain[0]!.from), parseIso(rain[0]!.to));
    expect(rain[0]).toMatchObject({ product: 'RADOLAN RW', grid: '900 × 900 cells of 1000' });
    expect(rain[0]!.coverage).toBeGreaterThan(0.9); // cells of the edge may lie under a neighbour that is no part of the basin
    expect(Math.abs(rain[0]!.meanMm! / recorded! - 1)).toBeLessThan(0.05);
    expect(mesh.cellCount).toBeGreaterThan(100);
  });

  it('of a weather model are published late, hold the rain that is to come, and are taken as forecasts', async () => {
    const writer = new ModelRunWriter(worldOf(), folder, epochMs(now - 9 * HOUR_MS));
    expect(await writer.writeDue()).toEqual(['run_201411040000.grib2']); // 18:00 came out at 21:00, 06:00 comes at 09:00
    expect(await writer.writeDue()).toEqual([]);
    const source = LiveSource.parse({ id: 'model', kind: 'nwp-folder', folder });
    const { source: opened } = openFeed(source, { domain, decoder, now: () => now, services: new Map() });
    const grids: RawRainGrid[] = [];
    for await (const one of opened.poll({ after: epochMs(0), until: now }, new AbortController().signal))
      if (one.kind === 'rain') grids.push(one);
    expect(grids).toHaveLength(36);
    const issued = parseIso('2014-11-04T00:00Z');
    const last = grids.find(({ validTime }) => validTime === issued + 12 * HOUR_MS)!;
    expect(last).toMatchObject({ issued, durationMs: 12 * HOUR_MS });
    const fell = recordOf(issued, epochMs(issued + 12 * HOUR_MS)).reduce((sum, depth) => sum + depth, 0);
    expect(fell).toBeGreaterThan(20);
    expect(Math.abs(meanDepth(last.values)! / fell - 1)).toBeLessThan(0.02);
    now = epochMs(now + 3 * HOUR_MS);
    expect(await writer.writeDue()).toEqual(['run_201411040600.grib2']);
  });

  it('of a weather model are shorter where the record ends, and stay away while it stalls', async () => {
    now = epochMs(domain.record.to + 2 * HOUR_MS);
    const faults = [`stall@${toIso(epochMs(now - HOUR_MS))}/${toIso(now)}#model`];
    const writer = new ModelRunWriter(worldOf({}, faults), folder, epochMs(now - 24 * HOUR_MS));
    expect(await writer.writeDue()).toEqual([]);
    now = epochMs(now + HOUR_MS);
    const names = await writer.writeDue();
    expect(names.length).toBeGreaterThan(1);
    const source = LiveSource.parse({ id: 'model', kind: 'nwp-folder', folder });
    const { source: opened } = openFeed(source, { domain, decoder, now: () => now, services: new Map() });
    for await (const one of opened.poll({ after: epochMs(0), until: now }, new AbortController().signal)) {
      expect(one.kind).toBe('rain');
      if (one.kind === 'rain') expect(one.validTime).toBeLessThanOrEqual(domain.record.to);
    }
  });

  describe('of gauges', () => {
    const table = { separator: ';', decimal: ',', time: 'time', value: 'discharge', unit: 'm3/s', station: { column: 'station' } };
    const settings: Readonly<Record<string, object>> = {
      hubeau: { stations: { V3524010: 'V352401001', V3515010: 'V351501001', V3517010: 'V351701001' } },
      csv: { csv: { ...table, variable: { fixed: 'Q' } } },
    };

    it.each(GAUGE_FILE_KINDS)('in %s are read back with the discharge of the record, and come again with what is new', async kind => {
      const writer = new GaugeFileWriter(worldOf(), folder, kind, epochMs(now - 6 * HOUR_MS));
      const first = await writer.writeDue();
      expect(await writer.writeDue()).toEqual([]);
      const source = { id: 'files', kind, quantities: ['Q'], ...settings[kind] };
      const before = await check(source);
      expect(before.ok).toBe(true);
      // Hub'Eau repeats its sites, WaterML 2.0 begins with a point of metadata only
      const refused = { hubeau: ['GAUGE_DUPLICATE'], waterml2: ['GAUGE_ROW_MALFORMED'] } as Readonly<Record<string, string[]>>;
      expect(before.rejects.map(({ code }) => code)).toEqual(refused[kind] ?? []);
      expect(before.gauges.map(({ station }) => station).sort()).toEqual(['V3515010', 'V3517010', 'V3524010']);
      const outlet = before.gauges.find(({ station }) => station === 'V3524010')!;
      const { times, values } = domain.record.discharge(
        domain.stations.find(({ id }) => id === 'V3524010')!.id,
        epochMs(now - HOUR_MS * 3),
        now,
      );
      const known = times.findLastIndex(time => time <= parseIso(outlet.to));
      expect(outlet.values.some(value => Math.abs(value! - values[known]!) < 0.001)).toBe(true);
      now = epochMs(now + 15 * MINUTE_MS);
      const second = await writer.writeDue();
      expect(second).toHaveLength(first.length);
      const after = await check(source);
      expect(parseIso(after.gauges[0]!.to) - parseIso(before.gauges[0]!.to)).toBe(15 * MINUTE_MS);
    });

    it('do not come while the service is down, and make up for it afterwards', async () => {
      const writer = new GaugeFileWriter(worldOf({}, ['503@15min/45min#gauges']), folder, 'csv', epochMs(now - HOUR_MS));
      await writer.writeDue();
      now = epochMs(now + 30 * MINUTE_MS);
      expect(await writer.writeDue()).toEqual([]);
      now = epochMs(now + 30 * MINUTE_MS);
      expect(await writer.writeDue()).toEqual(['csv_201411040700.csv']);
      expect(readdirSync(folder)).toHaveLength(2);
      const { gauges } = await check({ id: 'files', kind: 'csv', quantities: ['Q'], ...settings['csv'] });
      const times = gauges[0]!;
      expect(new Set(times.values).size).toBeGreaterThan((parseIso(times.to) - parseIso(times.from)) / (15 * MINUTE_MS) / 2);
    });
  });

  describe('over HTTP', () => {
    let simulator: FeedSimulator;
    let url: string;
    const serve = async (world: SimulatedWorld) => {
      simulator = new FeedSimulator({ ...world, fixtures: null, slowMs: 0 });
      url = await simulator.listen(0);
    };
    afterEach(() => simulator.close());

    it('are announced to a broker, and what was announced is fetched and read', async () => {
      const broker = await TestBroker.start();
      const stops = [() => broker.stop()];
      try {
        const world = worldOf({ rainFormat: 'netcdf' });
        await serve(world);
        const to = { broker: `mqtt://127.0.0.1:${broker.port}`, topic: 'origin/a/wis2/simulated/data/core/rain', origin: url };
        const announcer = await RainAnnouncer.connect(simulator, to);
        stops.push(() => announcer.close());
        expect(await announcer.announceDue()).toHaveLength(3);
        expect(await announcer.announceDue()).toEqual([]);
        const notifications = { url: to.broker, topics: [to.topic], client: 'freshet-test', from: [url] };
        const source = LiveSource.parse({ id: 'announced', kind: 'netcdf-folder', folder: join(folder, 'in'), notifications });
        const { source: feed } = openFeed(source, { domain, decoder, now: () => now, services: new Map() });
        stops.push(() => feed.leave!());
        const seen: RawRainGrid[] = [];
        const poll = async () => {
          for await (const one of feed.poll({ after: epochMs(0), until: now }, new AbortController().signal)) {
            expect(one).toMatchObject({ kind: 'rain' });
            if (one.kind === 'rain') seen.push(one);
          }
          await feed.taken!();
        };
        const listen = async (count: number) => {
          for (let k = 0; k < 100 && seen.length < count; k++) {
            await poll();
            await new Promise(soon => setTimeout(soon, 50));
          }
        };
        await listen(1); // the retained one
        await new Promise(nextSecond => setTimeout(nextSecond, 1000)); // in which a file made anew would have another hash
        now = epochMs(now + HOUR_MS);
        expect(await announcer.announceDue()).toHaveLength(1);
        await listen(2);
        expect(seen).toHaveLength(2);
        for (const { validTime, values } of seen)
          expect(meanDepth(values)).toBeCloseTo(recordOf(epochMs(validTime - HOUR_MS), validTime)[0]!, 4);
      } finally {
        for (const stop of stops.reverse()) await stop();
      }
    });

    it('are not announced where no broker listens, which is said', async () => {
      await serve(worldOf());
      const to = { broker: 'mqtt://127.0.0.1:1', topic: 'rain', origin: url };
      await expect(RainAnnouncer.connect(simulator, to)).rejects.toThrow(
        /--notify mqtt:\/\/127.0.0.1:1: the broker cannot be reached \(ECONNREFUSED\); start it first/,
      );
    });

    it('give the forecasts of Vigicrues, less sure by the hour', async () => {
      await serve(worldOf());
      const ask = async (station: string) =>
        decodeVigicruesForecast(await (await fetch(`${url}/vigicrues/prevision.json?CdStationHydro=${station}&GrdSimul=Q`)).text());
      const { forecast, rejects } = await ask('V3524010');
      expect(rejects).toEqual([]);
      expect(forecast).toMatchObject({ station: 'V3524010', variable: 'Q', issuedAt: parseIso('2014-11-04T00:00Z') });
      expect(forecast!.steps).toHaveLength(24);
      const [first, last] = [forecast!.steps[0]!, forecast!.steps.at(-1)!];
      expect([first.validTime, last.validTime]).toEqual([parseIso('2014-11-04T01:00Z'), parseIso('2014-11-05T00:00Z')]);
      expect(last.high! / last.low!).toBeGreaterThan(first.high! / first.low!);
      const { times, values } = domain.record.discharge(
        domain.stations.find(({ id }) => id === 'V3524010')!.id,
        epochMs(last.validTime - HOUR_MS),
        last.validTime,
      );
      expect(last.middle).toBeCloseTo(values[times.indexOf(last.validTime)]!, 3);
      expect((await ask('X0000000')).rejects[0]!.code).toBe('ANSWER_IS_AN_ERROR');
    });
  });
});
