import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { projectionOf, toLonLat } from '#config';
import { Fault } from '#errors';
import { extraterrestrialRadiation, oudinPet } from '#forcing';
import { BEAT_MS, DAY_MS, HOUR_MS, epochMs, parseIso, type EpochMs, type TimeGrid } from '#hydrology';
import { createLogger } from '#runtime';
import { insertDueCycles, takeLease, writeRainForecasts, writeStates, writeTemperatures } from '#store';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import type { ComputedCycle, CycleTask } from './cycle-messages.js';
import type { CyclePool } from './cycle-pool.js';
import type { ForecastBasin } from './forecast-basin.js';
import { runCycle, runOpenCycles, type ForecastRole } from './run-cycle.js';

const FIRST = parseIso('2014-11-04T12:00Z');
const beat = (k: number) => epochMs(FIRST + k * BEAT_MS);

/** As much of a basin as loading and committing need. */
const basin = {
  rain: 'zero',
  model: { basin: 'cance', stepMs: BEAT_MS, leadMs: DAY_MS, assimilation: { windowMs: DAY_MS }, versions: { model: 'm' } },
  domain: { settings: { forcing: {} }, record: { pet: (time: unknown) => ({ time, cellCount: 1, values: new Float32Array(1) }) } },
} as unknown as ForecastBasin;

/** What a worker would answer. */
const computed = (task: CycleTask): ComputedCycle =>
  ({
    previousHash: Buffer.from(task.previous).toString(),
    computeMs: 1,
    state: {
      issueTime: task.issueTime,
      validTime: task.issueTime,
      state: Buffer.from(`state ${task.issueTime}`),
      hash: `h${task.issueTime}`,
    },
    result: {
      outcome: 'complete',
      degradations: [],
      analysis: {},
      inputAges: [],
      massBalance: {},
      hydrographs: [],
      peaks: [],
      exceedances: [],
      rain: { time: { start: task.issueTime, stepMs: BEAT_MS, count: 0 }, mean: new Float64Array(0) },
    },
  }) as unknown as ComputedCycle;

describe('run cycle', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.pool.query('truncate cycle, outbox, model_state');
    const due = [0, 1].map(k => ({ basin: 'cance', issueTime: beat(k), runKind: 'replay' as const, asOf: beat(k), notifies: true }));
    await insertDueCycles(database.pool, due);
  });

  const spunUp = () =>
    writeStates(
      database.pool,
      'cance',
      'replay',
      [-96, -95, -1].map(k => ({ issueTime: beat(k), validTime: beat(k), state: Buffer.from(`spin-up ${k}`), hash: '' })),
    );
  const role = (compute: (task: CycleTask) => Promise<ComputedCycle>): ForecastRole => ({
    pool: database.pool,
    cyclePool: { compute } as unknown as CyclePool,
    basins: new Map([['cance', basin]]),
    runKind: 'replay',
    logger: createLogger('silent'),
    owner: 'we',
  });
  const ledger = async () => (await database.pool.query<object>('select status, attempt, reason from cycle order by issue_time')).rows;
  const announced = async () =>
    (
      await database.pool.query<{ value: { outcome: string } }>(`select value from outbox where topic = 'forecast.issued.v1' order by id`)
    ).rows.map(row => row.value.outcome);

  it('starts from the state one window earlier and from the cycle before', async () => {
    await spunUp();
    const seen: string[][] = [];
    const compute = (task: CycleTask) => {
      seen.push([Buffer.from(task.background).toString(), Buffer.from(task.previous).toString()]);
      return Promise.resolve(computed(task));
    };
    for (const k of [0, 1]) await runCycle(role(compute), 'cance', beat(k));
    expect(seen).toEqual([
      ['spin-up -96', 'spin-up -1'],
      ['spin-up -95', `state ${beat(0)}`],
    ]);
    expect(await ledger()).toMatchObject([{ status: 'complete' }, { status: 'complete' }]);
  });

  it('is given the runs of a weather model that had come by its cut-off, and no later one', async () => {
    await spunUp();
    const run = (issued: EpochMs, receivedAt: EpochMs, depth: number) => ({
      ...{ source: 'model', issued, validTime: epochMs(issued + DAY_MS), durationMs: DAY_MS, receivedAt, values: Float32Array.of(depth) },
    });
    await writeRainForecasts(database.pool, 'cance', [run(beat(-24), beat(1), 5), run(beat(0), epochMs(beat(1) + 1000), 9)]);
    const seen: CycleTask['futureRain'][] = [];
    const expecting = role(task => {
      seen.push(task.futureRain);
      return Promise.resolve(computed(task));
    });
    const basins = new Map([['cance', { ...basin, rain: 'nwp' as const }]]);
    for (const k of [0, 1]) await runCycle({ ...expecting, basins }, 'cance', beat(k));
    expect(seen).toMatchObject([
      { kind: 'persistence', because: 'No run of a weather model has come' },
      { kind: 'nwp', rain: [{ validTime: beat(72), durationMs: DAY_MS, values: Float32Array.of(5) }] },
    ]);
  });

  it('is given the PET of a weather model where the domain is set so, and why some of it is the record; an exercise is given that of the record', async () => {
    const temperature = (issued: EpochMs, receivedAt: EpochMs, degrees: number) =>
      Array.from({ length: 19 }, (_, k) => ({
        ...{ source: 'warmth', issued, validTime: epochMs(parseIso('2014-11-03T18:00') + k * 3 * HOUR_MS), receivedAt },
        values: Float32Array.of(degrees),
      }));
    await writeTemperatures(database.pool, 'cance', [
      ...temperature(epochMs(FIRST - DAY_MS), beat(0), 10),
      ...temperature(beat(-1), epochMs(beat(0) + 1000), 30), // has not come by the cut-off
    ]);
    const mesh = { row: [0], column: [0], cellCount: 1, xMin: 800_000, yMax: 6_450_000, xResolution: 1000, yResolution: 1000 };
    const record = (time: TimeGrid) => ({ time, cellCount: 1, values: new Float32Array(time.count).fill(9) });
    const domain = {
      ...{ basin: 'cance', mesh, projection: projectionOf(2154), record: { pet: record } },
      settings: { forcing: { pet: { formula: 'oudin', temperature: 'nwp' } } },
    };
    const seen: CycleTask[] = [];
    for (const runKind of ['scheduled', 'replay'] as const) {
      await database.pool.query('truncate cycle, outbox, model_state');
      await insertDueCycles(database.pool, [{ basin: 'cance', issueTime: beat(0), runKind, asOf: beat(0), notifies: true }]);
      const states = [-96, -1].map(k => ({ issueTime: beat(k), validTime: beat(k), state: Buffer.from('spun up'), hash: '' }));
      await writeStates(database.pool, 'cance', runKind, states);
      const compute = (task: CycleTask) => (seen.push(task), Promise.resolve(computed(task)));
      const basins = new Map([['cance', { ...basin, domain } as unknown as ForecastBasin]]);
      await runCycle({ ...role(compute), basins, runKind }, 'cance', beat(0));
    }
    const [live, exercise] = seen;
    expect(live!.petBecause).toMatch(
      /^PET of 2014-11-03 is that of the record: .*\. The newest temperature is of the run of 2014-11-03T12:00:00Z, 24 h old$/,
    );
    // the four quarters of the hour to 12:00 UTC on the day before, and on the day itself
    const at = (time: EpochMs) => live!.observed.pet.values[(time - live!.observed.pet.time.start) / BEAT_MS - 1]!;
    const latitude = toLonLat(projectionOf(2154), 800_500, 6_449_500)[1];
    expect(at(epochMs(FIRST - DAY_MS + HOUR_MS))).toBe(9);
    expect(at(FIRST)).toBeCloseTo((0.117 / 4) * oudinPet(10, extraterrestrialRadiation(latitude, 308)), 6);
    expect(exercise!.petBecause).toBeUndefined();
    expect(new Set(exercise!.observed.pet.values)).toEqual(new Set([9]));
  });

  it('does a finished cycle no second time', async () => {
    await spunUp();
    let computations = 0;
    const count = role(task => Promise.resolve(computed((computations++, task))));
    await runCycle(count, 'cance', beat(0));
    await runCycle(count, 'cance', beat(0));
    expect(computations).toBe(1);
    expect(await announced()).toEqual(['complete']);
  });

  it('waits for a cycle that another process computes instead of passing it by', async () => {
    await spunUp();
    const ours = role(task => Promise.resolve(computed(task)));
    await takeLease(database.pool, { basin: 'cance', issueTime: beat(0), runKind: 'replay' }, 'others', 60_000);
    await expect(runOpenCycles(ours, 'cance', beat(1))).rejects.toMatchObject({ code: 'LEASE_HELD', kind: 'overload' });
    expect(await ledger()).toMatchObject([{ status: 'running' }, { status: 'due' }]); // the later one is not begun before it
    await database.pool.query(`update cycle set lease_until = now() where status = 'running'`);
    await runOpenCycles(ours, 'cance', beat(1));
    expect(await ledger()).toMatchObject([
      { status: 'complete', attempt: 2 },
      { status: 'complete', attempt: 1 },
    ]);
  });

  it('aborts a cycle that the model cannot compute, says why, and lets the next one go on', async () => {
    await spunUp();
    await runCycle(
      role(() => Promise.reject(new Fault('STATE_NOT_FINITE', 'a store is NaN'))),
      'cance',
      beat(0),
    );
    await runCycle(
      role(task => Promise.resolve(computed(task))),
      'cance',
      beat(1),
    );
    expect(await ledger()).toEqual([
      { status: 'aborted', attempt: 1, reason: 'STATE_NOT_FINITE: a store is NaN' },
      { status: 'complete', attempt: 1, reason: null },
    ]);
    expect(await announced()).toEqual(['aborted', 'complete']);
  });

  it('aborts for want of a background', async () => {
    await runCycle(
      role(task => Promise.resolve(computed(task))),
      'cance',
      beat(0),
    );
    expect(await ledger()).toMatchObject([{ status: 'aborted', reason: expect.stringMatching(/^BACKGROUND_MISSING/) }, { status: 'due' }]);
  });

  it('leaves a lost database to the delivery policy and takes the cycle again', async () => {
    await spunUp();
    const broken = role(() => Promise.reject(new Fault('SQL_UNAVAILABLE', 'away')));
    await expect(runCycle(broken, 'cance', beat(0))).rejects.toMatchObject({ code: 'SQL_UNAVAILABLE' });
    await runCycle(
      role(task => Promise.resolve(computed(task))),
      'cance',
      beat(0),
    );
    expect(await ledger()).toMatchObject([{ status: 'complete', attempt: 2 }, { status: 'due' }]);
  });

  it('ends the process for a defect, with the cycle aborted', async () => {
    await spunUp();
    const defective = role(() => Promise.reject(new TypeError('undefined is not a function')));
    await expect(runCycle(defective, 'cance', beat(0))).rejects.toThrow('undefined is not a function');
    expect(await ledger()).toMatchObject([{ status: 'aborted' }, { status: 'due' }]);
  });

  it('writes nothing when another process took the cycle over meanwhile', async () => {
    await spunUp();
    const overtaken = async (task: CycleTask): Promise<ComputedCycle> => {
      await database.pool.query(`update cycle set lease_until = now() - interval '1 second'`);
      await takeLease(database.pool, { basin: 'cance', issueTime: task.issueTime, runKind: 'replay' }, 'other', 60_000);
      return computed(task);
    };
    await runCycle(role(overtaken), 'cance', beat(0));
    expect(await ledger()).toMatchObject([{ status: 'running', attempt: 2 }, { status: 'due' }]);
    expect(await announced()).toEqual([]);
    const states = await database.pool.query('select from model_state where issue_time >= $1', ['2014-11-04T12:00Z']);
    expect(states.rowCount).toBe(0);
  });
});
