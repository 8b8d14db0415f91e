import { defaultSettings, type AssimilationSettings } from '#assimilation';
import {
  HOUR_MS,
  basinId,
  buildMesh,
  epochMs,
  parseIso,
  stationId,
  timeGrid,
  zonesOfCells,
  type EpochMs,
  type GridSeries,
  type PointSeries,
  type RainGrid,
  type Station,
} from '#hydrology';
import { createKernel, type Kernel } from '#kernel';
import { modelOf } from './advance.js';
import type { BasinModel } from './inputs.js';

/** A made-up basin of twelve cells for specs: two arms that meet above the outlet, a gauge on each arm and at the outlet. */
export interface TestBasin {
  readonly basin: BasinModel;
  readonly kernel: Kernel;
}

export const START = parseIso('2020-01-01T00:00Z');
const ROWS = 4;
const COLUMNS = 3;
/** South along the sides, towards the middle in the third row, then out. */
const CODES = [5, 4, 5, 5, 5, 5, 3, 5, 7, 3, 5, 7];
const PARAMETERS: Readonly<Record<string, number>> = { ci: 1, cp: 150, ct: 250, kexc: -0.2, akw: 5, bkw: 0.6 };
const STATES: Readonly<Record<string, number>> = { hi: 0.2, hp: 0.6, ht: 0.3 };

/** Of a structure with a network inside its step: one hidden layer of two, with these weights. */
export interface TestCorrection {
  readonly structure: string;
  readonly weights: Float64Array;
}

export function makeTestBasin(change: Partial<AssimilationSettings> = {}, correction?: TestCorrection): TestBasin {
  const mesh = buildMesh(
    { rows: ROWS, columns: COLUMNS, codes: Uint8Array.from(CODES) },
    { epsg: 2154, xMin: 0, yMax: ROWS * 1000, xResolution: 1000, yResolution: 1000 },
  );
  const outlet = mesh.downstream.indexOf(-1);
  const stations = [outlet, ...upstreamOf(mesh.downstream, outlet).slice(0, 2)].map((cell, k) =>
    station(`S${k}`, cell, mesh.upstreamAreaM2[cell]!),
  );
  const kernel = createKernel({
    structure: correction?.structure ?? 'gr4',
    routing: 'kw',
    ...(correction && { network: { hidden: [2] } }),
    mesh,
    stationCells: stations.map(({ cell }) => cell),
    stepSeconds: 900,
    precision: 'f64',
  });
  const zoneOfCell = zonesOfCells(
    mesh,
    stations.map(({ cell }) => cell),
  );
  const basin: BasinModel = {
    basin: basinId('made-up'),
    mesh,
    stations,
    zoneOfCell,
    zoneCount: stations.length,
    zoneStations: stations.map(({ id }) => id),
    parameters: filled(kernel.layout.parameters, PARAMETERS, mesh.cellCount),
    initialState: filled(kernel.layout.states, STATES, mesh.cellCount),
    ...(correction && { weights: correction.weights }),
    stepMs: 15 * 60_000,
    leadMs: 24 * HOUR_MS,
    assimilation: { ...defaultSettings(stations.length), ...change },
    forcing: { persistenceFadeMs: HOUR_MS, giveUpAfterMs: 3 * HOUR_MS },
    versions: { model: 'gr4-kw', parameters: '', mesh: '', config: '' },
  };
  return { basin, kernel };
}

const filled = (ids: readonly string[], values: Readonly<Record<string, number>>, cellCount: number): Float64Array =>
  Float64Array.from({ length: ids.length * cellCount }, (_, k) => values[ids[Math.floor(k / cellCount)]!] ?? 0);

const upstreamOf = (downstream: Int32Array, cell: number): number[] => [...downstream.keys()].filter(one => downstream[one] === cell);

const station = (id: string, cell: number, areaM2: number): Station => ({
  id: stationId(id),
  name: id,
  river: 'made up',
  cell,
  gauged: true,
  assimilate: true,
  areaM2,
  longitude: 0,
  latitude: 0,
  thresholds: [],
});

/** Hourly rain of a storm on the 3rd day, times a factor; received at its stamp. */
export function stormRain(basin: BasinModel, hours: number, factor = 1): RainGrid[] {
  return Array.from({ length: hours }, (_, k): RainGrid => {
    const depth = 0.3 + 12 * Math.exp(-(((k - 60) / 5) ** 2));
    const validTime = epochMs(START + (k + 1) * HOUR_MS);
    return { validTime, durationMs: HOUR_MS, receivedAt: validTime, values: new Float32Array(basin.mesh.cellCount).fill(depth * factor) };
  });
}

export const petFor = (basin: BasinModel, hours: number): GridSeries => {
  const time = timeGrid(START, epochMs(START + hours * HOUR_MS), basin.stepMs);
  return { time, cellCount: basin.mesh.cellCount, values: new Float32Array(time.count * basin.mesh.cellCount).fill(0.01) };
};

/** Hourly discharge of every station for given rain: the truth of a twin experiment. */
export function simulateTruth({ basin, kernel }: TestBasin, rain: readonly RainGrid[], pet: GridSeries): PointSeries[] {
  const cells = basin.mesh.cellCount;
  const steps = rain.length * 4;
  const depth = Float32Array.from({ length: steps * cells }, (_, k) => rain[Math.floor(k / cells / 4)]!.values[k % cells]! / 4);
  const forcing = { steps, rain: depth, pet: pet.values.subarray(0, steps * cells) };
  const { discharge } = kernel.run({ forcing, ...modelOf(basin), initialState: basin.initialState });
  return basin.stations.map(({ id }, row): PointSeries => {
    const times = Float64Array.from(rain, ({ validTime }) => validTime);
    const values = Float64Array.from(rain, (_, k) => discharge[row * steps + 4 * k + 3]!);
    return { station: id, variable: 'Q', times, values, flags: new Uint8Array(rain.length) };
  });
}

/** What of a series had its stamp by a time. */
export const seenBy = (series: readonly PointSeries[], time: EpochMs): PointSeries[] =>
  series.map(one => {
    const count = one.times.filter(stamp => stamp <= time).length;
    return { ...one, times: one.times.subarray(0, count), values: one.values.subarray(0, count), flags: one.flags.subarray(0, count) };
  });
