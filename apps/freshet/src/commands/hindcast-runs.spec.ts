import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRecordedRuns } from '#apps/ingest';
import type { LoadedDomain } from '#config';
import type { BasinModel, CycleResult } from '#cycle';
import { HOUR_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import type { Kernel } from '#kernel';
import { rmse } from '#verification';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { rainOfRecord, writeModelRuns } from '../../../../test/setup/model-runs.js';
import { openBasin, readPlan } from './hindcast.js';
import { readRuns } from './read-runs.js';
import { countWithoutRun, runHindcast, type HindcastPlan } from './run-hindcast.js';
import { casesOf } from './score-hindcast.js';

/** The rise of the record flood. */
const FROM = parseIso('2014-11-03T12:00');
const TO = parseIso('2014-11-04T06:00');
const FIRST_RUN = parseIso('2014-11-02');

describe('a hindcast with the runs of a weather model', () => {
  const root = mkdtempSync(join(tmpdir(), 'freshet-runs-'));
  const folder = (name: string) => mkdtempSync(join(root, `${name}-`));
  let domain: LoadedDomain;
  let basin: BasinModel;
  let kernel: Kernel;
  let numbered = '';
  /** mm an hour of the run, by which it is known again. */
  const rateOf = (issued: EpochMs) => 1 + (issued - FIRST_RUN) / (6 * HOUR_MS);

  beforeAll(async () => {
    domain = await loadCance();
    ({ basin, kernel } = await openBasin(domain, {}));
    numbered = folder('numbered');
    const uniform = (issued: EpochMs) => new Float32Array(domain.mesh.cellCount).fill(rateOf(issued));
    writeModelRuns(numbered, domain, { from: FIRST_RUN, to: TO, everyMs: 6 * HOUR_MS, leadHours: 48, rain: uniform });
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const planOf = async (rain: string, runs?: string, { runsDelay = '4h', every = '6h' } = {}): Promise<HindcastPlan> => {
    const plan = readPlan({ from: '2014-11-03T12:00', to: '2014-11-04T06:00', every, rain, latency: 'domain' }, domain);
    const read = await readRuns({ rain: plan.rain, ...(runs !== undefined && { runs }), runsDelay }, plan, () => Promise.resolve(domain));
    return { ...plan, ...(read && { runs: read.grids }) };
  };
  const compute = (plan: HindcastPlan): CycleResult[] => [...runHindcast(plan, domain, basin, kernel)];
  /** mm an hour that the basin is expected to get `hours` after the issue. */
  const expectedRate = ({ issueTime, rain: { time, mean } }: CycleResult, hours: number) =>
    4 * mean[(issueTime + hours * HOUR_MS - time.start) / time.stepMs - 1]!;

  it('gives each cycle the newest run that had been published by its cut-off, whatever the delay', async () => {
    for (const [delay, hours] of [
      ['0h', 0],
      ['3h', 3],
      ['6h', 6],
      ['7h', 7],
      ['13h', 13],
    ] as const) {
      const plan = await planOf('nwp', numbered, { runsDelay: delay, every: '3h' });
      for (const result of compute(plan)) {
        const newest = FIRST_RUN + Math.floor((result.asOf - hours * HOUR_MS - FIRST_RUN) / (6 * HOUR_MS)) * 6 * HOUR_MS;
        expect(newest + hours * HOUR_MS).toBeLessThanOrEqual(result.asOf);
        for (const lead of [2, 12, 24]) expect(expectedRate(result, lead)).toBeCloseTo(rateOf(epochMs(newest)), 2);
      }
    }
  }, 120_000);

  it('is not changed by what the runs say that no cycle could see', async () => {
    const others = folder('others');
    const until = (last: EpochMs, further: number) => {
      const rain = (issued: EpochMs) => new Float32Array(domain.mesh.cellCount).fill(issued <= last ? rateOf(issued) : further);
      writeModelRuns(others, domain, { from: FIRST_RUN, to: TO, everyMs: 6 * HOUR_MS, leadHours: 48, rain });
    };
    until(parseIso('2014-11-03T18:00'), 99); // received at 06:00 of the last cycle with a delay of 12 h: the last that is seen
    const [same, changed] = [await planOf('nwp', numbered, { runsDelay: '12h' }), await planOf('nwp', others, { runsDelay: '12h' })];
    expect(compute(changed).map(({ stateHash }) => stateHash)).toEqual(compute(same).map(({ stateHash }) => stateHash));
    const sooner = compute(await planOf('nwp', others, { runsDelay: '4h' }));
    expect(expectedRate(sooner.at(-1)!, 3)).toBeCloseTo(99, 0);
  }, 120_000);

  it('forecasts better by a model that is right than by one that errs, and both beside persistence', async () => {
    const [right, half] = [folder('right'), folder('half')];
    const all = { from: FIRST_RUN, to: TO, everyMs: 6 * HOUR_MS, leadHours: 36 };
    writeModelRuns(right, domain, { ...all, rain: rainOfRecord(domain) });
    writeModelRuns(half, domain, { ...all, rain: rainOfRecord(domain, 0.5) });
    const observed = domain.record.discharge(domain.stations[0]!.id, FROM, epochMs(TO + 24 * HOUR_MS));
    const values = new Map(Array.from(observed.times, (time, k) => [time, observed.values[k]!]));
    const score = async (rain: string, runs?: string) => {
      const cases = compute(await planOf(rain, runs)).flatMap(result => casesOf(result, 0));
      const chosen = cases.filter(({ leadHours, validAt }) => leadHours >= 6 && values.has(validAt));
      expect(chosen.length).toBeGreaterThan(20);
      return rmse({ simulated: chosen.map(({ quantiles }) => quantiles[2]!), observed: chosen.map(({ validAt }) => values.get(validAt)!) });
    };
    const [known, byModel, byHalf, blended, persistence] = [
      await score('known'),
      await score('nwp', right),
      await score('nwp', half),
      await score('nowcast,nwp', right),
      await score('persistence'),
    ];
    process.stderr.write(`RMSE at 6 to 12 h: ${JSON.stringify({ known, byModel, byHalf, blended, persistence })}\n`);
    expect(Math.abs(byModel / known - 1)).toBeLessThan(0.1);
    expect(byModel).toBeLessThan(byHalf);
    expect(byHalf).toBeLessThan(persistence);
    expect(blended).toBeLessThan(persistence);
  }, 120_000);

  it('says which cycles had no run, and forecasts them by persistence', async () => {
    const late = folder('late');
    const rain = (issued: EpochMs) => new Float32Array(domain.mesh.cellCount).fill(rateOf(issued));
    writeModelRuns(late, domain, { from: parseIso('2014-11-04'), to: TO, everyMs: 6 * HOUR_MS, leadHours: 24, rain });
    const plan = await planOf('nwp', late);
    const without = await planOf('persistence');
    const [results, persisted] = [compute(plan), compute(without)];
    const said = (result: CycleResult) =>
      result.degradations.filter(({ message }) => message.startsWith('No run of a weather model has come'));
    expect(results.map(result => said(result).length)).toEqual([1, 1, 1, 0]);
    expect(results.slice(0, 3).map(({ stateHash }) => stateHash)).toEqual(persisted.slice(0, 3).map(({ stateHash }) => stateHash));
    expect(results[3]!.stateHash).not.toBe(persisted[3]!.stateHash);
    expect(countWithoutRun(plan, domain, basin)).toBe(3);
  }, 120_000);

  it('refuses a folder without a run, one that is not there, and runs beside another rain', async () => {
    const empty = folder('empty');
    writeFileSync(join(empty, 'broken.grib2'), 'GRIB is not what this is');
    const period = { from: FROM, to: TO };
    const read = (flags: Parameters<typeof readRuns>[0]) => readRuns(flags, period, () => Promise.resolve(domain));
    await expect(read({ rain: 'nwp' })).rejects.toThrow(/give --runs FOLDER/);
    await expect(read({ rain: 'nwp', runs: empty })).rejects.toThrow(/holds no run of a weather model .* refused: .*broken\.grib2/);
    await expect(read({ rain: 'nowcast,nwp', runs: join(root, 'nowhere') })).rejects.toThrow(/cannot be read \(ENOENT\)/);
    await expect(read({ rain: 'zero', runs: numbered })).rejects.toThrow('--runs is for --rain nwp or nowcast,nwp, not zero');
    await expect(read({ rain: 'nwp', runs: numbered, runsDelay: 'soon' })).rejects.toThrow('--runs-delay soon is no duration');
    await expect(read({ rain: 'nwp', runs: numbered, runsDelay: '60d' })).rejects.toThrow(/no run .* had come by/);
    expect(await read({ rain: 'known' })).toBeUndefined();
  });

  it('counts the first of an interval, and knows the same files by their hash', async () => {
    const twice = folder('twice');
    const uniform = (rate: number) => (): Float32Array => new Float32Array(domain.mesh.cellCount).fill(rate);
    const one = { from: FIRST_RUN, to: FIRST_RUN, everyMs: HOUR_MS, leadHours: 1 };
    writeModelRuns(twice, domain, { ...one, rain: uniform(2) });
    const wanted = { folder: twice, delayMs: HOUR_MS, from: FROM, to: TO };
    const before = await readRecordedRuns(domain, wanted);
    const grib = join(twice, 'z.grib2');
    const again = folder('again');
    writeModelRuns(again, domain, { ...one, rain: uniform(7) });
    writeFileSync(grib, readFileSync(join(again, readdirSync(again)[0]!)));
    const after = await readRecordedRuns(domain, wanted);
    expect(after.grids.map(({ values, receivedAt }) => [Math.round(values[0]!), receivedAt])).toEqual([[2, FIRST_RUN + HOUR_MS]]);
    expect(after.hash).not.toBe(before.hash);
    expect((await readRecordedRuns(domain, wanted)).hash).toBe(after.hash);
  });
});
