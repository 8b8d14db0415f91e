import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeedSimulator, RainWriter, readFeedFault, type SimulatedWorld } from '#apps/ingest';
import { loadDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { readMetrics } from '#store';
import type { Freshet } from '../../apps/freshet/src/start-freshet.js';
import { ManualPulse } from '../setup/manual-pulse.js';
import { startLive } from '../setup/start-whole.js';
import { openTestDatabase, type TestDatabase } from '../setup/test-database.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const START = parseIso('2014-11-04T05:05Z');
const at = (time: string): EpochMs => parseIso(`2014-11-04T${time}Z`);
const GAUGES = ['V3524010', 'V3517010', 'V3515010'];

/** In the order of the day. */
const FAULTS = [
  'correction@2014-11-04T05:00Z/2014-11-04T05:10Z#V3524010',
  'truncated@2014-11-04T05:30Z/2014-11-04T06:00Z#rain',
  'stall@2014-11-04T06:00Z/2014-11-04T06:45Z#gauges',
  'duplicate@2014-11-04T06:30Z/2014-11-04T07:00Z#rain',
  '503@2014-11-04T07:00Z/2014-11-04T07:14Z#gauges',
  'wrong-unit@2014-11-04T07:00Z/2014-11-04T07:05Z#V3517010',
  'duplicate@2014-11-04T07:05Z/2014-11-04T07:15Z#V3524010',
  'shifted-clock@2014-11-04T07:15Z/2014-11-04T07:20Z#V3515010',
  'correction@2014-11-04T07:30Z/2014-11-04T08:00Z#rain',
  'truncated@2014-11-04T08:00Z/2014-11-04T08:06Z#gauges',
  'stall@2014-11-04T08:20Z/2014-11-04T11:00Z#V3517010',
];

interface FeedLine {
  readonly source: string;
  readonly failures: number;
  readonly failure: string | null;
  readonly stalled: { readonly input: string; readonly ageMinutes: number; readonly usualMinutes: number }[];
}

describe('a folder of ODIM_H5 and a Hub’Eau service, with faults, to forecasts', () => {
  let root: string;
  let database: TestDatabase;
  let simulator: FeedSimulator;
  let freshet: Freshet;
  let pulse: ManualPulse;
  const radar = () => join(root, 'radar');
  const query = async <T extends object>(sql: string) => (await database.pool.query<T>(sql)).rows;
  const feed = async (source: string) => (await query<FeedLine>(`select * from feed where source = '${source}'`))[0]!;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-feeds-'));
    mkdirSync(radar());
    database = await openTestDatabase();
    const world: SimulatedWorld = {
      domain: await loadDomain(CANCE),
      now: () => pulse.clock.now(),
      ...{ shiftMs: 0, gaugeStepMs: 5 * MINUTE_MS, faults: FAULTS.map(text => readFeedFault(text, START)) },
    };
    const writer = new RainWriter(world, radar(), epochMs(START - 24 * HOUR_MS));
    pulse = new ManualPulse(START, () => writer.writeDue());
    await writer.writeDue(); // what lies there when Freshet starts
    simulator = new FeedSimulator({ ...world, fixtures: null, slowMs: 100 });
    const domain = domainWith(await simulator.listen(0));
    freshet = await startLive(domain, database.url, pulse);
  }, 120_000);
  afterAll(async () => {
    await freshet.stop();
    await simulator.close();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  }, 30_000);

  function domainWith(url: string): string {
    const folder = join(root, 'cance');
    cpSync(CANCE, folder, { recursive: true });
    const path = join(folder, 'domain.yaml');
    const address = `${url}/hubeau/observations_tr?code_entite={stations}&grandeur_hydro={quantities}&date_debut_obs={from}&size=500`;
    const live = `
  live:
    - { id: radar, kind: odim-folder, folder: ${radar()}, every: 1min }
    - id: hubeau
      kind: hubeau
      url: "${address}"
      every: 5min
      stations: { ${GAUGES.map(id => `${id}: ${id}01`).join(', ')} }
`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(gauges: \{ id: gauges[^\n]*\n)/, `$1${live.slice(1)}`));
    return folder;
  }

  it('begins with what there is: a day of rain and gauges, page by page', async () => {
    const [rain] = await query<{ count: number; source: string }>('select count(*), min(source) as source from rain_grid');
    expect(rain).toEqual({ count: 24, source: 'radar' });
    const gauges = await query('select station, count(*), min(source) as source from observation group by station order by station');
    expect(gauges).toEqual([...GAUGES].sort().map(station => ({ station, count: expect.any(Number), source: 'hubeau' })));
    expect(simulator.answered.get(206)).toBeGreaterThan(2); // cursor pages
    expect(await query(`select code, count(*) from reject where source = 'hubeau' group by code`)).toEqual([
      { code: 'GAUGE_DUPLICATE', count: 1 },
    ]);
  });

  it('forecasts on it and says how old each input was', async () => {
    await pulse.advance(at('06:00'));
    const cycles = await query<{ status: string; input_ages: { input: string; ageMs: number | null }[] }>(
      `select status, input_ages from cycle where run_kind = 'scheduled' order by issue_time`,
    );
    // 05:15 to 05:45: the cut-off of 05:00 lies before anything was received
    expect(cycles.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']);
    const ages = new Map(cycles.at(-1)!.input_ages.map(({ input, ageMs }) => [input, ageMs! / MINUTE_MS]));
    expect(ages.get('rain')).toBeCloseTo(49, 5); // 05:00 at 05:49
    expect(ages.get('V3524010')).toBeGreaterThanOrEqual(20);
    expect(ages.get('V3524010')).toBeLessThanOrEqual(29);
  });

  it('takes a corrected value as a revision', async () => {
    const revisions = await query<{ revision: number; value: number }>(
      `select revision, value from observation where station = 'V3524010' and valid_time = '2014-11-04T05:05Z' order by revision`,
    );
    expect(revisions).toHaveLength(2);
    expect(revisions[0]!.value / revisions[1]!.value).toBeCloseTo(1.5, 2);
  });

  it('names a source that has stalled with HTTP 200 within one poll of its usual age and a quarter of an hour', async () => {
    let namedAt: EpochMs | null = null;
    let before = 0;
    for (let minute = 1; minute <= 45 && namedAt === null; minute++) {
      await pulse.advance(epochMs(at('06:00') + minute * MINUTE_MS));
      const { stalled } = await feed('hubeau');
      if (stalled.length > 0) namedAt = pulse.clock.now();
      else before = minute;
    }
    const { stalled, failures } = await feed('hubeau');
    expect(stalled.map(({ input }) => input)).toEqual([...GAUGES].sort());
    expect(failures).toBe(0); // it answers all the time
    const { ageMinutes, usualMinutes } = stalled[0]!;
    expect(usualMinutes).toBeGreaterThanOrEqual(25);
    expect(usualMinutes).toBeLessThanOrEqual(30);
    expect(ageMinutes - usualMinutes).toBeGreaterThan(15);
    expect(ageMinutes - usualMinutes).toBeLessThanOrEqual(15 + 5); // one poll
    expect(before).toBeGreaterThan(10); // not before its time
    expect((await feed('radar')).stalled).toEqual([]);
  });

  it('shows it, and goes on forecasting with gauges that are late', async () => {
    await pulse.advance(at('06:45'));
    const status = (await (await fetch(`${freshet.url!}/v1/data-status`)).json()) as { feeds: { source: string; state: string }[] };
    expect(status.feeds).toEqual([
      expect.objectContaining({ source: 'hubeau', state: 'stalled' }),
      expect.objectContaining({ source: 'radar', state: 'ok' }),
    ]);
    const metrics = await readMetrics(database.pool, 'scheduled', pulse.clock.now());
    expect(metrics).toContainEqual({ name: 'freshet_feed_stalled', labels: { basin: 'cance', source: 'hubeau' }, value: 3 });
    expect(metrics).toContainEqual({ name: 'freshet_feed_failures', labels: { basin: 'cance', source: 'hubeau' }, value: 0 });
    await pulse.advance(at('06:55'));
    expect((await feed('hubeau')).stalled).toEqual([]); // it comes again
  });

  it('keeps a damaged file aside with its name', async () => {
    expect(readdirSync(join(radar(), 'failed')).sort()).toEqual(['rain_201411040600.h5', 'rain_201411040600.h5.txt']);
    expect(await query(`select code from reject where source = 'radar'`)).toEqual([{ code: 'FILE_UNREADABLE' }]);
  });

  it('leaves a service that answers with 503 alone, ever longer, and comes back', async () => {
    await pulse.advance(at('07:09'));
    const failing = await feed('hubeau');
    expect(failing.failures).toBeGreaterThan(0);
    expect(failing.failure).toMatch(/^REFUSED: .*HTTP 503; it will be asked again$/);
    await pulse.advance(at('07:25'));
    expect(await feed('hubeau')).toMatchObject({ failures: 0, failure: null });
  });

  it('refuses by name what is wrong, and does not double what comes twice', async () => {
    await pulse.advance(at('08:20'));
    const bad = await query<{ station: string; flag: number; flag_source: string }>(
      `select station, flag, flag_source from observation where flag = 6 order by station`,
    );
    expect(bad).toEqual([
      { station: 'V3515010', flag: 6, flag_source: expect.stringContaining('TS') },
      { station: 'V3517010', flag: 6, flag_source: expect.stringContaining('HX') },
    ]);
    const codes = await query(`select distinct code from reject where source = 'hubeau' order by code`);
    expect(codes.map(row => (row as { code: string }).code)).toEqual([
      'ANSWER_UNREADABLE',
      'GAUGE_DUPLICATE',
      'GAUGE_OUT_OF_RANGE',
      'OBSERVATION_FROM_THE_FUTURE',
    ]);
    const twice = await query(`select from observation where station = 'V3524010' and valid_time = '2014-11-04T07:10Z'`);
    expect(twice).toHaveLength(1);
    const rain = await query(
      `select valid_time, max(revision) as revisions from rain_grid where valid_time > '2014-11-04T06:30Z' group by valid_time order by valid_time`,
    );
    expect(rain).toEqual([
      { valid_time: at('07:00'), revisions: 0 },
      { valid_time: at('08:00'), revisions: 1 },
    ]);
  });

  it('has missed no cycle', async () => {
    const cycles = await query<{ issue_time: number; status: string }>(
      `select issue_time, status from cycle where run_kind = 'scheduled' order by issue_time`,
    );
    expect(cycles.map(({ issue_time }) => issue_time)).toEqual(Array.from({ length: 13 }, (_, k) => at('05:15') + k * 15 * MINUTE_MS));
    expect(cycles.every(({ status }) => status === 'complete' || status === 'degraded')).toBe(true);
    const forecast = (await (await fetch(`${freshet.url!}/v1/stations/V3524010/forecast`)).json()) as Record<string, unknown>;
    expect(forecast).toMatchObject({ issueTime: '2014-11-04T08:15:00Z', runKind: 'scheduled' });
    expect(forecast['values']).toHaveLength(96);
  });

  it('tells people of a gauge whose service answers as ever with nothing new', async () => {
    await pulse.advance(at('10:45'));
    const absent = await query<{ subject: string; at: number }>(
      `select subject, at from alert_event where basis = 'absence' and phase = 'raised' and at > '2014-11-04T08:20Z'`,
    );
    expect(absent.map(({ subject }) => subject)).toEqual(['V3517010']);
    expect(absent[0]!.at).toBeGreaterThan(at('09:55')); // 2 h after the value of 08:00, the last by 20 min of latency
    expect(absent[0]!.at).toBeLessThanOrEqual(at('10:30'));
    expect((await feed('hubeau')).stalled.map(({ input }) => input)).toEqual(['V3517010']);
  });
});
