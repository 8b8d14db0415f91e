import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultSettings } from '#assimilation';
import { loadDomain, makeBasinModel, type LoadedDomain } from '#config';
import { DAY_MS, epochMs, parseIso, timeGrid } from '#hydrology';
import { createKernel, type KernelRecipe } from '#kernel';
import { parseParameterFile } from '#learning';
import { readFileSync } from 'node:fs';
import { CyclePool } from './cycle-pool.js';
import type { CycleTask, WarmBasin } from './cycle-messages.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FIRST = parseIso('2014-11-04T06:00Z');

function warmBasin(domain: LoadedDomain): WarmBasin {
  const path = `${FOLDER}/parameters/multilinear.json`;
  const parameters = parseParameterFile(readFileSync(path, 'utf8'), path);
  const stationCells = domain.stations.map(({ cell }) => cell);
  const recipe: KernelRecipe = { structure: 'gr4', routing: 'kw', mesh: domain.mesh, stationCells, stepSeconds: 900, precision: 'f32' };
  const { layout } = createKernel(recipe);
  const assimilation = defaultSettings(domain.zoneStations.length);
  return { model: makeBasinModel({ domain, layout, parameters, assimilation }), recipe };
}

describe('CyclePool', () => {
  let domain: LoadedDomain;
  let basin: WarmBasin;
  let pool: CyclePool;
  beforeAll(async () => {
    domain = await loadDomain(FOLDER);
    basin = warmBasin(domain);
    pool = new CyclePool([basin], 2);
  });
  afterAll(() => pool.close());

  const spinUp = (of = pool) => {
    const from = epochMs(FIRST - 30 * DAY_MS);
    const pet = domain.record.pet(timeGrid(from, FIRST, 900_000));
    return of.spinUp('cance', { from, to: FIRST, asOf: FIRST, rain: domain.record.rain(from, FIRST), pet });
  };
  const taskFrom = (states: Awaited<ReturnType<typeof spinUp>>): CycleTask => {
    const [background, previous] = [states[0]!, states.at(-1)!];
    const time = timeGrid(background.validTime, epochMs(FIRST + DAY_MS), 900_000);
    const rain = domain.record.rain(background.validTime, FIRST).filter(({ receivedAt }) => receivedAt <= FIRST);
    const observed = { rain, discharge: [], pet: domain.record.pet(time) };
    const states2 = { background: background.state, previous: previous.state };
    return { basin: domain.basin, issueTime: FIRST, asOf: FIRST, ...states2, observed, futureRain: { kind: 'zero' } };
  };

  it('leaves a state for each beat of the window and computes the same bits in any worker', async () => {
    const states = await spinUp();
    expect(states).toHaveLength(96);
    const other = new CyclePool([basin], 1);
    const [one, two] = await Promise.all([pool.compute(taskFrom(states)), other.compute(taskFrom(await spinUp(other)))]);
    await other.close();
    expect(one.result.hydrographs).toHaveLength(domain.stations.length);
    expect(one.state.hash).toBe(two.state.hash);
    expect(Buffer.compare(one.state.state, two.state.state)).toBe(0);
  });

  it('brings a fault back with its code, and goes on', async () => {
    const states = await spinUp();
    const task = taskFrom(states);
    const swapped = { ...task, background: task.previous, previous: task.background };
    await expect(pool.compute(swapped)).rejects.toMatchObject({ code: 'BACKGROUND_MISSING', kind: 'model' });
    await expect(pool.compute(task)).resolves.toMatchObject({ previousHash: '' });
  });

  it('names a basin that it was not given', async () => {
    await expect(
      pool.spinUp('arve', { from: FIRST, to: FIRST, asOf: FIRST, rain: [], pet: domain.record.pet(timeGrid(FIRST, FIRST, 900_000)) }),
    ).rejects.toMatchObject({ code: 'BASIN_UNKNOWN' });
  });

  it('refuses to work once closed', async () => {
    const closing = new CyclePool([basin], 1);
    const pending = spinUp(closing);
    const lost = expect(pending).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    await closing.close();
    await lost;
    await expect(spinUp(closing)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
