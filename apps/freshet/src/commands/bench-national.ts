import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readSmashWindow, type SmashWindow } from '#config';
import { SECOND_MS, outletsOf } from '#hydrology';
import { createKernel, type Kernel, type RunRequest } from '#kernel';
import { medianOf, readCount, secondsOf, sumOfSquares, typicalFields } from './bench-runs.js';
import { printJson } from './run-options.js';

interface NationalFlags {
  readonly dataset: string;
  readonly structure: string;
  readonly routing: string;
  readonly steps: string;
  readonly threads: string;
  readonly runs: string;
}

export interface NationalRate {
  readonly dataset: string;
  readonly structure: string;
  readonly routing: string;
  readonly cells: number;
  readonly steps: number;
  readonly threads: number;
  readonly forwardSeconds: number;
  readonly gradientSeconds: number;
  /** A gradient on one thread over one on two, runs in alternation. */
  readonly speedup2Threads: number;
  readonly peakRssGiB: number;
}

const STEP_SECONDS = 900;
/** Outlets whose discharge the cost sums: the largest rivers. */
const OUTLETS = 50;

/** `freshet bench national`: one run and one gradient of a whole country, on several threads. */
export function benchNationalCommand(bench: Command): void {
  bench
    .command('national')
    .description('Time a run and a gradient on the mesh of a whole country, steps of 15 min')
    .requiredOption('--dataset <folder>', 'SMASH data set folder, such as France of hydro-smash')
    .option('--structure <name>', 'model structure', 'gr4')
    .option('--routing <name>', 'routing', 'kw')
    .option('--steps <count>', 'steps of 15 min from the first 00:00 UTC of the rain on', '96')
    .option('--threads <count>', 'threads of the timed runs', '2')
    .option('--runs <count>', 'timed runs; the median counts', '5')
    .option('--json', 'print JSON')
    .action(async (flags: NationalFlags) => {
      printJson(await benchNational(flags));
    });
}

async function benchNational(flags: NationalFlags): Promise<NationalRate> {
  const [steps, threads, runs] = [
    readCount('--steps', flags.steps),
    readCount('--threads', flags.threads),
    readCount('--runs', flags.runs),
  ];
  process.stderr.write('reading the data set\n');
  const window = await readSmashWindow(resolve(flags.dataset), { stepMs: STEP_SECONDS * SECOND_MS, steps });
  const kernel = openNation(flags, window, Math.max(2, threads));
  const { states, parameters, cellCount } = kernel.layout;
  const forcing = { steps, rain: window.rain, pet: window.pet };
  const request = { forcing, parameters: typicalFields(parameters, cellCount), initialState: typicalFields(states, cellCount) };
  const seconds = timeAll(kernel, request, { threads, runs });
  kernel.close();
  const { forward, gradient, one, two } = seconds;
  const { name, mesh } = window;
  return {
    ...{ dataset: name, structure: flags.structure, routing: flags.routing, cells: mesh.cellCount, steps, threads },
    forwardSeconds: round(forward),
    gradientSeconds: round(gradient),
    speedup2Threads: round(one / two),
    peakRssGiB: round((process.resourceUsage().maxRSS * 1024) / 2 ** 30),
  };
}

function openNation({ structure, routing }: NationalFlags, { mesh }: SmashWindow, threads: number): Kernel {
  const outlets = [...outletsOf(mesh)].sort((a, b) => mesh.upstreamAreaM2[b]! - mesh.upstreamAreaM2[a]!);
  const stationCells = outlets.slice(0, OUTLETS);
  return createKernel({ structure, routing, mesh, stationCells, stepSeconds: STEP_SECONDS, precision: 'f32', threads });
}

/** Medians of each; one thread and two in alternation, so that a slow moment of the machine meets both. */
function timeAll(kernel: Kernel, request: RunRequest, { threads, runs }: { readonly threads: number; readonly runs: number }) {
  const gradientOn = (count: number) => secondsOf(() => kernel.gradient({ ...request, threads: count }, sumOfSquares));
  const forwardOn = (count: number) => secondsOf(() => kernel.run({ ...request, threads: count }));
  gradientOn(threads); // packs the forcing and touches the memory
  forwardOn(threads);
  const times = Array.from({ length: runs }, (_, run) => {
    process.stderr.write(`run ${run + 1} of ${runs}\n`);
    const [one, two] = [gradientOn(1), gradientOn(2)];
    return { one, two, gradient: threads === 2 ? two : gradientOn(threads), forward: forwardOn(threads) };
  });
  const median = (of: (time: (typeof times)[number]) => number): number => medianOf(times.map(of));
  return { one: median(t => t.one), two: median(t => t.two), gradient: median(t => t.gradient), forward: median(t => t.forward) };
}

const round = (value: number): number => Number(value.toFixed(3));
