import type { Command } from 'commander';
import { loadDomain } from '#config';
import { HOUR_MS, SECOND_MS, parseIso, timeGrid, uniformNumbers } from '#hydrology';
import { routingNames, structureNames, type Kernel, type KernelForcing, type NetworkLayout, type RunRequest } from '#kernel';
import { benchLearningCommand } from './bench-learning.js';
import { benchNationalCommand } from './bench-national.js';
import { benchNowcastCommand } from './bench-nowcast.js';
import { benchTrainingCommand } from './bench-training.js';
import { medianOf, readCount, secondsOf, sumOfSquares, typicalFields } from './bench-runs.js';
import { recordForcing } from './record-inputs.js';
import { domainFolder, openKernel, printJson } from './run-options.js';

interface KernelFlags {
  readonly domain: string;
  readonly structure?: string;
  readonly routing?: string;
  readonly runs: string;
}

export interface KernelRate {
  readonly structure: string;
  readonly routing: string;
  readonly cells: number;
  readonly steps: number;
  readonly forwardMcellStepsPerS: number;
  readonly gradientMcellStepsPerS: number;
}

/** The period on which the peer is timed (SMASH's default set-up of the Cance), hourly. */
const PERIOD = timeGrid(parseIso('2014-09-15'), parseIso('2014-11-14'), HOUR_MS);
const WARM_UP_RUNS = 3;

/** `freshet bench kernel`: cell-steps a second of the compiled kernels on the Cance, one core. */
export function benchCommand(program: Command): void {
  const bench = program.command('bench').description('Measure how fast Freshet computes on this machine');
  benchNationalCommand(bench);
  benchLearningCommand(bench);
  benchNowcastCommand(bench);
  benchTrainingCommand(bench);
  bench
    .command('kernel')
    .description('Forward and gradient rate of the compiled model, one core, million cell-steps a second')
    .option('--domain <basin>', 'domain to compute on', 'cance')
    .option('--structure <name>', `one of ${structureNames().join(', ')}; without it all`)
    .option('--routing <name>', `one of ${routingNames().join(', ')}; without it all`)
    .option('--runs <count>', 'timed runs; the median counts', '25')
    .option('--json', 'print JSON')
    .action(async (flags: KernelFlags) => {
      printJson(await benchKernels(flags));
    });
}

async function benchKernels(flags: KernelFlags): Promise<KernelRate[]> {
  const runs = readCount('--runs', flags.runs);
  const domain = await loadDomain(domainFolder(flags.domain));
  const forcing = warmed(recordForcing(domain.record, PERIOD, true), domain.mesh.cellCount);
  const rates: KernelRate[] = [];
  for (const structure of flags.structure === undefined ? structureNames() : [flags.structure]) {
    for (const routing of flags.routing === undefined ? routingNames() : [flags.routing]) {
      process.stderr.write(`bench kernel ${structure}-${routing}\n`);
      const kernel = openKernel({ domain, stations: domain.stations, structure, routing, stepSeconds: HOUR_MS / SECOND_MS });
      const { states, parameters, cellCount } = kernel.layout;
      const request = {
        forcing,
        parameters: typicalFields(parameters, cellCount),
        initialState: typicalFields(states, cellCount),
        weights: glorotWeights(kernel.layout.network),
      };
      rates.push(rateOf(kernel, request, runs));
    }
  }
  return rates;
}

function rateOf(kernel: Kernel, request: RunRequest, runs: number): KernelRate {
  const { structure, routing, cellCount } = kernel.layout;
  const work = (cellCount * request.forcing.steps) / 1e6;
  const rate = (run: () => unknown): number => Number((work / medianSeconds(run, runs)).toFixed(3));
  return {
    structure,
    routing,
    cells: cellCount,
    steps: request.forcing.steps,
    forwardMcellStepsPerS: rate(() => kernel.run(request)),
    gradientMcellStepsPerS: rate(() => kernel.gradient(request, sumOfSquares)),
  };
}

/** For structures with snow, on a domain without temperature: a day's course around freezing, colder from week to week. */
function warmed(forcing: KernelForcing, cellCount: number): KernelForcing {
  const degrees = (hour: number): number => 6 + 6 * Math.sin((2 * Math.PI * hour) / 24) - hour / 168;
  const temperature = Float32Array.from({ length: forcing.steps * cellCount }, (_, i) => degrees(Math.floor(i / cellCount)));
  return { temperature, ...forcing };
}

function medianSeconds(run: () => unknown, runs: number): number {
  for (let i = 0; i < WARM_UP_RUNS; i++) run();
  return medianOf(Array.from({ length: runs }, () => secondsOf(run)));
}

/** Weights as a training starts with (Glorot & Bengio 2010, uniform; zero biases), always the same. */
function glorotWeights(network: NetworkLayout | undefined): Float64Array {
  if (!network) return new Float64Array(0);
  const sizes = [network.inputs.length, ...network.hidden, network.outputs.length];
  const uniform = uniformNumbers(1);
  const layers = sizes.slice(1).flatMap((outputs, l) => {
    const inputs = sizes[l]!;
    const bound = Math.sqrt(6 / (inputs + outputs));
    return [...Array.from({ length: inputs * outputs }, () => bound * (2 * uniform() - 1)), ...new Array<number>(outputs).fill(0)];
  });
  return Float64Array.from(layers);
}
