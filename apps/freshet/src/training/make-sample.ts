import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  loadDomain,
  rasterOf,
  writeDomain,
  writeGauged,
  type LoadedDomain,
  type NewDomain,
  type PetRecord,
  type RainRecord,
} from '#config';
import {
  buildMesh,
  cutBasins,
  HOUR_MS,
  normalDeviates,
  SECOND_MS,
  stampOf,
  timeGrid,
  toIso,
  uniformNumbers,
  type Basin,
  type BasinCut,
  type Mesh,
  type TimeGrid,
  type VariableId,
} from '#hydrology';
import { formatParameterFile, HOURLY_PRIORS, PARAMETER_FORMAT, parameterFields, type ParameterFile } from '#learning';
import { searchCapacity } from '../commands/prepare-calibration.js';
import { recordForcing, recordStart } from '../commands/record-inputs.js';
import { openKernel } from '../commands/run-options.js';
import { onCells, syntheticDescriptors, syntheticTruth } from './synthetic-truth.js';

export interface SampleRecipe extends BasinCut {
  /** The mesh that basins are cut from. */
  readonly mesh: Mesh;
  /** Rain and PET of one place, moved over the basins. */
  readonly rain: RainRecord;
  readonly pet: PetRecord;
  /** Deviation of the logarithm of observed over true discharge, independent from hour to hour. */
  readonly noise: number;
}

const SOURCE = 'synthetic sample of freshet bench training';
const MODEL = { structure: 'gr4', routing: 'kw' } as const;

/**
 * Writes a sample whose truth is known: basins cut from a mesh, smooth synthetic descriptors, parameters that are a nonlinear function of these
 * (`parameters/truth.json` of each basin), rain turned round in time and moved in place by a draw for each basin, and the discharge that
 * the model makes of it, from the same initial stores that a training starts with.
 */
export async function makeSample(folder: string, recipe: SampleRecipe, onBasin: (done: number) => void): Promise<void> {
  const basins = cutBasins(recipe.mesh, recipe);
  for (const [k, basin] of basins.entries()) {
    await makeBasin(join(folder, idOf(k)), basin, { recipe, id: idOf(k), seed: recipe.seed * 7919 + k });
    onBasin(k + 1);
  }
}

const idOf = (k: number): string => `b${String(k + 1).padStart(3, '0')}`;

interface Making {
  readonly recipe: SampleRecipe;
  readonly id: string;
  readonly seed: number;
}

async function makeBasin(folder: string, basin: Basin, making: Making): Promise<void> {
  const { recipe, id, seed } = making;
  const raster = rasterOf(basin, recipe.mesh);
  const mesh = buildMesh(raster.directions, raster.geometry);
  const fields = syntheticDescriptors(recipe.seed);
  const descriptors = new Map([...fields].map(([name, field]) => [name, onCells(mesh, field)]));
  await writeDomain(folder, { ...raster, ...movedWeather(raster, recipe, seed), basin: id, source: SOURCE, descriptors });
  const domain = await loadDomain(folder);
  const { time, discharge } = runTruth(domain, folder);
  const normal = normalDeviates(seed + 1);
  const values = Float32Array.from(discharge, value => value * Math.exp(recipe.noise * normal()));
  const stamps = Array.from({ length: time.count }, (_, step) => stampOf(time, step));
  await writeGauged(folder, { basin: id, mesh, descriptors: [...fields.keys()], discharge: { stamps, values }, source: SOURCE });
}

/** Rain and PET on the raster of a basin: the record turned round in time, its grid moved and repeated in place. */
function movedWeather(
  { directions: { rows, columns }, geometry }: Pick<NewDomain, 'directions' | 'geometry'>,
  { rain, pet }: SampleRecipe,
  seed: number,
) {
  const uniform = uniformNumbers(seed);
  const draw = (count: number): number => Math.floor(uniform() * count);
  const [hours, down, right] = [draw(rain.stamps.length), draw(rain.rows), draw(rain.columns)];
  const values = new (rain.values instanceof Int16Array ? Int16Array : Float32Array)(rain.stamps.length * rows * columns);
  for (let step = 0, at = 0; step < rain.stamps.length; step++) {
    const from = ((step + hours) % rain.stamps.length) * rain.rows * rain.columns;
    for (let row = 0; row < rows; row++) {
      const rowAt = from + ((row + down) % rain.rows) * rain.columns;
      for (let column = 0; column < columns; column++) values[at++] = rain.values[rowAt + ((column + right) % rain.columns)]!;
    }
  }
  const size = pet.rows * pet.columns;
  const daily = pet.daysOfYear.map(
    (_, day) => pet.values.subarray(day * size, (day + 1) * size).reduce((sum, value) => sum + value, 0) / size,
  );
  return {
    rain: { ...rain, ...geometry, rows, columns, values },
    pet: {
      ...geometry,
      rows,
      columns,
      daysOfYear: pet.daysOfYear,
      values: Float32Array.from({ length: daily.length * rows * columns }, (_, k) => daily[Math.floor(k / (rows * columns))]!),
    },
  };
}

/** Runs θ*(D) over the record and leaves it as a parameter file. */
function runTruth(domain: LoadedDomain, folder: string): { readonly time: TimeGrid; readonly discharge: Float64Array } {
  const { record, stations } = domain;
  const time = timeGrid(recordStart(record), record.to, HOUR_MS);
  const kernel = openKernel({ domain, stations, stepSeconds: HOUR_MS / SECOND_MS, ...MODEL });
  const file = truthFile(domain, time, kernel.layout.states);
  mkdirSync(join(folder, 'parameters'), { recursive: true });
  writeFileSync(join(folder, 'parameters', 'truth.json'), formatParameterFile(file));
  const { discharge } = kernel.run({ forcing: recordForcing(record, time), ...parameterFields(file, domain, kernel.layout) });
  return { time, discharge };
}

function truthFile(domain: LoadedDomain, { start }: TimeGrid, states: readonly VariableId[]): ParameterFile {
  const { basin, mesh, meshHash, descriptors, record } = domain;
  const stepSeconds = HOUR_MS / SECOND_MS;
  const period = { from: start, to: record.to };
  const truth = syntheticTruth(descriptors, mesh.cellCount);
  const stores = states.flatMap(id => (HOURLY_PRIORS[id] ? [[id, HOURLY_PRIORS[id].value] as const] : []));
  return {
    ...{ format: PARAMETER_FORMAT, basin, ...MODEL, stepSeconds, mesh: { hash: meshHash, cellCount: mesh.cellCount } },
    ...{ mapping: 'cells', descriptors: [], interception: [searchCapacity(domain, period, stepSeconds)], versions: {} },
    parameters: [...truth].map(([id, values]) => ({ id, form: 'cells' as const, values: [...values] })),
    initialState: { time: toIso(start), values: Object.fromEntries(stores) },
    fit: {
      ...{ from: toIso(start), to: toIso(record.to), warmUpFrom: toIso(start), gauges: [basin.toUpperCase()] },
      ...{ objective: 'none: the truth of a synthetic sample', cost: 0, nse: {}, iterations: 0, evaluations: 0, stoppedBy: 'none' },
    },
  };
}
