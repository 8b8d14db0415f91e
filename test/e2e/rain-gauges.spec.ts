import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeedSimulator, RainDecoder, RainWriter, checkFeed, type SimulatedWorld } from '#apps/ingest';
import { loadDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { readMetrics } from '#store';
import type { Freshet } from '../../apps/freshet/src/start-freshet.js';
import { ManualPulse } from '../setup/manual-pulse.js';
import { startLive } from '../setup/start-whole.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
/** In the rain of the record flood. */
const START = parseIso('2014-11-04T05:05Z');
const END = parseIso('2014-11-04T08:20Z');
/** What the simulated radar sees of the rain, and how near to its inverse the factor must come. */
const RADAR_SEES = 0.6;
const TOLERANCE = 0.1;

interface Adjustment {
  readonly factor: number;
  readonly low: number;
  readonly high: number;
  readonly gauges: number;
  readonly gaugesHeard: number;
  readonly message: string;
}

describe('a radar that sees six tenths, and rain gauges of two services', () => {
  let root: string;
  let database: TestDatabase;
  let simulator: FeedSimulator;
  let freshet: Freshet;
  let pulse: ManualPulse;
  let folder: string;
  let world: SimulatedWorld;
  const query = async <T extends object>(sql: string) => (await database.pool.query<T>(sql)).rows;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-rain-gauges-'));
    mkdirSync(join(root, 'radar'));
    database = await openTestDatabase();
    folder = join(root, 'cance');
    cpSync(CANCE, folder, { recursive: true });
    const plain = readFileSync(join(folder, 'domain.yaml'), 'utf8');
    writeFileSync(join(folder, 'domain.yaml'), withGauges(plain, 'http://127.0.0.1:1'));
    world = {
      domain: await loadDomain(folder),
      now: () => pulse.clock.now(),
      ...{ shiftMs: 0, gaugeStepMs: 5 * MINUTE_MS, faults: [], radarFactor: RADAR_SEES },
    };
    const writer = new RainWriter(world, join(root, 'radar'), epochMs(START - 30 * HOUR_MS));
    pulse = new ManualPulse(START, () => writer.writeDue());
    await writer.writeDue();
    simulator = new FeedSimulator({ ...world, fixtures: null, slowMs: 100 });
    writeFileSync(join(folder, 'domain.yaml'), withGauges(plain, await simulator.listen(0)));
    freshet = await startLive(folder, database.url, pulse);
    await pulse.advance(END);
  }, 120_000);
  afterAll(async () => {
    await freshet.stop();
    await simulator.close();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  }, 30_000);

  function withGauges(yaml: string, url: string): string {
    const live = `
  live:
    - { id: radar, kind: odim-folder, folder: ${join(root, 'radar')}, every: 1min }
    - { id: ea, kind: ea, url: "${url}/ea", quantities: [Q, P], every: 5min }
    - id: table
      kind: csv
      url: "${url}/rain-csv?from={from}"
      quantities: [P]
      rain: { duration: 15min }
      csv: { separator: ';', decimal: ',', time: time, value: depth, unit: mm, station: { column: gauge }, variable: { fixed: P } }
`;
    const gauges = `
rainGauges:
  - { id: R1, name: Annonay, x: 826500, y: 6467500, source: ea }
  - { id: R2, x: 831500, y: 6460500, source: ea, code: E7050 }
  - { id: R3, x: 840500, y: 6457500, source: table }
  - { id: R4, x: 827500, y: 6469500, source: table }
`;
    return yaml
      .replace(/(gauges: \{ id: gauges[^\n]*\n)/, `$1${live.slice(1)}`)
      .replace('forcing: { ladder', 'forcing: { adjust: { by: mean-field-bias }, ladder')
      .concat(gauges);
  }

  const adjustmentAt = async (time: EpochMs): Promise<Adjustment> =>
    (
      await database.pool.query<{ rain_adjustment: Adjustment }>('select rain_adjustment from cycle where issue_time = $1', [
        new Date(time),
      ])
    ).rows[0]!.rain_adjustment;

  it('come through the bus into the archive, each gauge under its own name', async () => {
    expect(
      await query(`select gauge, min(source) as source, count(*) > 90 as many, max(flag) as flag, max(duration_s) as duration
        from rain_gauge group by gauge order by gauge`),
    ).toEqual(
      [
        ['R1', 'ea'],
        ['R2', 'ea'],
        ['R3', 'table'],
        ['R4', 'table'],
      ].map(([gauge, source]) => ({ gauge, source, many: true, flag: 0, duration: 900 })),
    );
    // the table holds those of the other source too
    expect(await query(`select source, code from reject where source in ('ea', 'table')`)).toEqual([
      { source: 'table', code: 'STATION_UNKNOWN' },
    ]);
  });

  it('show by which factor the radar must be multiplied', async () => {
    const adjustment = await adjustmentAt(parseIso('2014-11-04T08:15Z'));
    expect(adjustment).toMatchObject({ gauges: 4, gaugesHeard: 4 });
    expect(Math.abs(adjustment.factor * RADAR_SEES - 1)).toBeLessThan(TOLERANCE);
    expect(adjustment.low).toBeLessThan(1 / RADAR_SEES);
    expect(adjustment.high).toBeGreaterThan(1 / RADAR_SEES);
    expect(adjustment.message).toMatch(
      /^Radar rain is multiplied by 1\.\d\d, by 4 rain gauge\(s\), last compared at 2014-11-04T0[67]:00:00Z$/,
    );
  });

  it('give the model the rain that fell; the archive keeps what the radar sent', async () => {
    const from = parseIso('2014-11-03T21:00Z');
    const to = parseIso('2014-11-04T07:00Z');
    const truth = sumOf(
      world.domain.record.rain(from, to).map(({ values }) => values.reduce((sum, depth) => sum + depth, 0) / values.length),
    );
    const [archived] = await query<{ sum: number }>(
      `select sum(mean_mm)::float8 as sum from rain_grid where valid_time > '2014-11-03T21:00Z' and valid_time <= '2014-11-04T07:00Z'`,
    );
    const [cycle] = await query<{ rain: { start: string; stepS: number; mean: number[] } }>(
      `select rain from cycle where issue_time = '2014-11-04T08:15Z'`,
    );
    const { start, stepS, mean } = cycle!.rain;
    const used = sumOf(mean.filter((_, k) => inside(parseIso(start) + (k + 1) * stepS * 1000, from, to)));
    expect(archived!.sum / truth).toBeCloseTo(RADAR_SEES, 2);
    expect(Math.abs(used / truth - 1)).toBeLessThan(TOLERANCE);
  });

  it('are said where the ages of the inputs are, and counted', async () => {
    const forecast = (await (await fetch(`${freshet.url!}/v1/stations/V3524010/forecast`)).json()) as {
      rainAdjustment: Adjustment;
      inputAges: { input: string; ageMinutes: number }[];
      degradations: { code: string }[];
    };
    expect(forecast.rainAdjustment).toMatchObject({ gauges: 4, factor: expect.closeTo(1 / RADAR_SEES, 0) });
    expect(forecast.inputAges.find(({ input }) => input === 'rain-gauges')!.ageMinutes).toBeLessThanOrEqual(80);
    expect(forecast.degradations.map(({ code }) => code)).not.toContain('RAIN_UNADJUSTED');
    const metrics = await readMetrics(database.pool, 'scheduled', pulse.clock.now());
    expect(metrics).toContainEqual({ name: 'freshet_rain_factor', labels: { basin: 'cance' }, value: forecast.rainAdjustment.factor });
    expect(metrics).toContainEqual({ name: 'freshet_rain_factor_gauges', labels: { basin: 'cance' }, value: 4 });
  });

  it('are among the inputs that are watched', async () => {
    const status = (await (await fetch(`${freshet.url!}/v1/data-status`)).json()) as {
      inputs: { input: string; kind: string; name: string; state: string; usualAgeMinutes: number | null }[];
    };
    const gauges = status.inputs.filter(({ kind }) => kind === 'rain-gauge');
    expect(gauges.map(({ input, name, state }) => `${input} ${name} ${state}`)).toEqual([
      'R1 Annonay fresh',
      'R2 R2 fresh',
      'R3 R3 fresh',
      'R4 R4 fresh',
    ]);
    expect(gauges.every(({ usualAgeMinutes }) => usualAgeMinutes !== null && usualAgeMinutes > 20)).toBe(true);
  });

  it('are understood by a check of the source', async () => {
    const decoder = new RainDecoder();
    const domain = await loadDomain(folder);
    const settings = domain.settings.sources.live.find(({ id }) => id === 'table')!;
    const check = await checkFeed(settings, domain, { decoder, now: () => pulse.clock.now() });
    await decoder.close();
    expect(check).toMatchObject({
      ok: true,
      without: [],
      rejects: [{ code: 'STATION_UNKNOWN', example: expect.stringContaining('R1, R2') }],
    });
    expect(check.gauges.map(({ station, variable, unit }) => `${station} ${variable} ${unit}`)).toEqual([
      'R3 P mm in 15 min',
      'R4 P mm in 15 min',
    ]);
  });

  it('that say nothing leave the radar as it is, and that is said', async () => {
    await simulator.close();
    await database.pool.query('delete from rain_gauge');
    await pulse.advance(epochMs(END + 15 * MINUTE_MS));
    expect(await adjustmentAt(parseIso('2014-11-04T08:30Z'))).toMatchObject({ factor: 1, gauges: 0, gaugesHeard: 0 });
    const [cycle] = await query<{ degradations: { code: string; message: string }[] }>(
      `select degradations from cycle where issue_time = '2014-11-04T08:30Z'`,
    );
    expect(cycle!.degradations).toContainEqual({
      ...{ code: 'RAIN_UNADJUSTED', subject: 'rain' },
      message: 'Radar rain is used as measured: no rain gauge has sent anything',
    });
  });
});

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const inside = (time: number, from: number, to: number): boolean => time > from && time <= to;
