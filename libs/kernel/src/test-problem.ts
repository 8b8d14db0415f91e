import { VARIABLES, type Mesh, type VariableId } from '#hydrology';
import { createKernel, type KernelRecipe } from './create-kernel.js';
import type { Kernel, RainFactors, RunRequest } from './kernel.js';

/** A kernel on a made-up basin with a made-up storm. */
export interface Problem {
  readonly kernel: Kernel;
  readonly request: RunRequest;
  /** So many numbers in [−1, 1), always the same. */
  readonly random: (count: number) => Float64Array;
}

export interface ProblemSize {
  /** gr4 without. */
  readonly structure?: string;
  readonly routing: string;
  readonly precision: 'f64' | 'f32';
  readonly cells: number;
  readonly steps: number;
  readonly seed: number;
  readonly largestTape?: number;
  readonly hidden?: readonly number[];
  /** createKernel without: a test may bring parts that it compiled itself. */
  readonly make?: (recipe: KernelRecipe) => Kernel;
}

const RANGES: Partial<Record<VariableId, readonly [number, number]>> = {
  ci: [0.3, 2], cp: [80, 400], ct: [50, 300], kexc: [-1, 0.5], llr: [5, 120], akw: [2, 10], bkw: [0.4, 0.9],
  cl: [50, 300], be: [4, 20], aexc: [0.1, 0.6], alpha1: [1e-5, 5e-4], alpha2: [1e-4, 1e-3], ca: [80, 400], cc: [50, 300], kb: [0.5, 2],
  imperviousness: [0, 0.6],
  kmlt: [0.05, 0.3], hs: [100, 200],
  b: [0.05, 0.6], cusl: [150, 300], cmsl: [200, 500], cbsl: [200, 800], ks: [1, 4], pbc: [2, 6], ds: [0.02, 0.5], dsm: [0.5, 10], ws: [0.3, 0.9],
  hcl: [0.05, 0.9], husl: [0.2, 0.6], hmsl: [0.2, 0.6], hbsl: [0.2, 0.9],
  TT: [-0.4, 0.4], CFMAX: [1, 8], SFCF: [0.6, 1.4], CFR: [0.02, 0.1], CWH: [0.02, 0.04], FC: [60, 300], LP: [0.4, 0.9], BETA: [1, 5],
  PERC: [0.5, 4], UZL: [1, 4], K0: [0.1, 0.5], K1: [0.05, 0.4], K2: [0.01, 0.15], MAXBAS: [0.15, 0.9],
  SP: [100, 200], WC: [9, 12], SM: [20, 55], SUZ: [30, 60], SLZ: [1, 50],
  hi: [0, 0.8], hp: [0.3, 0.8], ht: [0.1, 0.5], hl: [0.1, 0.5], he: [-60, 5], ha: [0.3, 0.8], hc: [0.1, 0.5], hlr: [0.01, 0.5], q: [0.1, 3], qtl: [0.01, 0.2],
}; // prettier-ignore

/** As a training starts with; he of gr6, tens of mm, still moves a neuron by more than ten. */
const LARGEST_WEIGHT = 0.3;

/** m³/s in each place of the delay line of a cell. */
const WAITING: readonly [number, number] = [0.01, 0.5];

/** Cells that drain at random towards later ones; about one in thirty is an outlet. */
export function forestMesh(cellCount: number, seed: number): Mesh {
  const random = lehmer(seed);
  const downstream = new Int32Array(cellCount);
  const level = new Int32Array(cellCount);
  const areaM2 = new Float64Array(cellCount).map(() => 5e5 + 1e6 * random());
  const upstreamAreaM2 = areaM2.slice();
  for (let cell = 0; cell < cellCount; cell++) {
    const reach = Math.min(6, cellCount - 1 - cell);
    downstream[cell] = reach === 0 || random() < 1 / 30 ? -1 : cell + 1 + Math.floor(random() * reach);
    const target = downstream[cell]!;
    if (target < 0) continue;
    level[target] = Math.max(level[target]!, level[cell]! + 1);
    upstreamAreaM2[target]! += upstreamAreaM2[cell]!;
  }
  const lengthM = new Float64Array(cellCount).fill(1000);
  const row = Int32Array.from(downstream.keys());
  const frame = { epsg: 2154, xMin: 0, yMax: 0, xResolution: 1000, yResolution: 1000, rows: cellCount, columns: 1 };
  return { ...frame, cellCount, row, column: new Int32Array(cellCount), downstream, level, areaM2, upstreamAreaM2, lengthM };
}

export function problemOf(size: ProblemSize): Problem {
  const { structure = 'gr4', routing, precision, cells, steps, seed, largestTape = Infinity, make = createKernel, hidden } = size;
  const mesh = forestMesh(cells, seed);
  const stationCells = [cells - 1, Math.floor(cells * 0.7), Math.floor(cells / 3)];
  const kernel = make({
    structure,
    routing,
    mesh,
    stationCells,
    stepSeconds: 3600,
    precision,
    largestTape,
    ...(hidden && { network: { hidden } }),
  });
  const uniform = lehmer(seed + 1);
  const fill = (ids: readonly VariableId[]) =>
    Float64Array.from({ length: ids.length * cells }, (_, i) => {
      const id = ids[Math.floor(i / cells)]!;
      const [low, high] = RANGES[id] ?? (id.startsWith('uh') ? WAITING : [VARIABLES[id].min, VARIABLES[id].max]);
      return low + (high - low) * uniform();
    });
  const sky = storm({ cells, steps, uniform });
  const request = {
    forcing: kernel.layout.needsTemperature ? { ...sky, temperature: coldNights({ cells, steps }) } : sky,
    parameters: fill(kernel.layout.parameters),
    initialState: fill(kernel.layout.states),
    rainFactors: factors({ cells, steps, uniform }),
  };
  const random = lehmer(seed + 2);
  const { weightCount = 0 } = kernel.layout.network ?? {};
  const weights = Float64Array.from({ length: weightCount }, () => LARGEST_WEIGHT * (2 * uniform() - 1));
  return { kernel, request: { ...request, weights }, random: count => Float64Array.from({ length: count }, () => 2 * random() - 1) };
}

/** A direction in every input, each entry a share of its value. */
export function perturbation({ request, random }: Problem, share: number) {
  const along = (values: Float64Array) => random(values.length).map((x, i) => share * x * values[i]!);
  return {
    parameters: along(request.parameters),
    initialState: along(request.initialState),
    rainFactors: along(request.rainFactors!.values),
    weights: along(request.weights ?? new Float64Array(0)),
  };
}

interface Shape {
  readonly cells: number;
  readonly steps: number;
  readonly uniform: () => number;
}

/** Showers between dry spells, a day's course of PET, and a few missing steps. */
function storm({ cells, steps, uniform }: Shape) {
  const rain = new Float32Array(steps * cells);
  const pet = new Float32Array(steps * cells);
  for (let t = 0; t < steps; t++) {
    const wet = Math.sin(t / 9) > 0.1;
    const missing = uniform() < 0.03;
    for (let cell = 0; cell < cells; cell++) {
      rain[t * cells + cell] = missing ? -99 : wet ? 6 * uniform() : 0;
      pet[t * cells + cell] = Math.max(0, 0.3 * Math.sin((t / 12) * Math.PI));
    }
  }
  return { steps, rain, pet };
}

/**
 * A day's course around freezing, colder in later cells, a few steps missing. Half degrees: what falls on either side of a threshold
 * near 0 does not change with a small step of it.
 */
function coldNights({ cells, steps }: Omit<Shape, 'uniform'>): Float32Array {
  return Float32Array.from({ length: steps * cells }, (_, i) => {
    const [t, cell] = [Math.floor(i / cells), i % cells];
    return t % 37 === 5 ? NaN : Math.round(4 * Math.sin((t * Math.PI) / 12) + 3 * Math.sin(t / 40) - (3 * cell) / cells) + 0.5;
  });
}

function factors({ cells, steps, uniform }: Shape): RainFactors {
  const [zones, blocks] = [3, 5];
  return {
    zoneOfCell: Int32Array.from({ length: cells }, (_, cell) => cell % zones),
    blockOfStep: Int32Array.from({ length: steps }, (_, t) => Math.floor((t * blocks) / steps)),
    blocks,
    values: Float64Array.from({ length: zones * blocks }, () => 0.6 + uniform()),
  };
}

/** Lehmer's generator: a fixed sequence in [0, 1). */
function lehmer(seed: number): () => number {
  let state = (seed * 7919 + 1) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
