import type { Command } from 'commander';
import { SECOND_MS, normalNumbers, uniformNumbers } from '#hydrology';
import { FourierPlane, Nowcast } from '#nowcast';
import { medianOf, readCount } from './bench-runs.js';
import { printJson } from './run-options.js';

interface NowcastFlags {
  readonly side: string;
  readonly members: string;
  readonly steps: string;
  readonly runs: string;
}

export interface NowcastRate {
  readonly cells: number;
  readonly members: number;
  readonly steps: number;
  /** Motion, levels, and the forecast without noise of all steps. */
  readonly prepareSeconds: number;
  readonly membersSeconds: number;
  readonly totalSeconds: number;
  /** The same in processor time of the process, which does not count what other programs take. */
  readonly totalCpuSeconds: number;
  /** One Fourier transform of one real field of that size (half of a complex one). */
  readonly transformCpuSeconds: number;
  /** One step of one member in such transforms. */
  readonly transformsPerMemberStep: number;
}

const STEP_MINUTES = 15;

/** `freshet bench nowcast`: rain made of moving cells, on one core. */
export function benchNowcastCommand(bench: Command): void {
  bench
    .command('nowcast')
    .description('Time a nowcast of a square raster: motion, levels and members')
    .option('--side <cells>', 'rows and columns', '1152')
    .option('--members <count>', 'members', '20')
    .option('--steps <count>', 'steps of 15 min', '12')
    .option('--runs <count>', 'timed runs; the median counts', '3')
    .option('--json', 'print JSON')
    .action((flags: NowcastFlags) => {
      printJson(benchNowcast(flags));
    });
}

function benchNowcast(flags: NowcastFlags): NowcastRate {
  const [side, members, steps] = [
    readCount('--side', flags.side),
    readCount('--members', flags.members),
    readCount('--steps', flags.steps),
  ];
  const mosaics = [0, 1, 2].map(step => movingCells(side, step));
  const times = Array.from({ length: readCount('--runs', flags.runs) }, (_, run) => {
    process.stderr.write(`run ${run + 1}\n`);
    return timeOnce({ rows: side, columns: side, mosaics, cellKm: 1, stepMinutes: STEP_MINUTES, steps }, members);
  });
  const median = (of: (time: (typeof times)[number]) => number): number => medianOf(times.map(of));
  const transform = timeTransform(side);
  const perStep = (median(time => time.cpu) - median(time => time.prepareCpu)) / (members * steps);
  return {
    ...{ cells: side * side, members, steps },
    prepareSeconds: round(median(time => time.prepare)),
    membersSeconds: round(median(time => time.wall - time.prepare)),
    totalSeconds: round(median(time => time.wall)),
    totalCpuSeconds: round(median(time => time.cpu)),
    transformCpuSeconds: round(transform),
    transformsPerMemberStep: round(perStep / transform),
  };
}

function timeOnce(problem: ConstructorParameters<typeof Nowcast>[0], members: number) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const nowcast = new Nowcast(problem);
  const [prepare, prepareCpu] = [(performance.now() - wall) / SECOND_MS, cpuSince(cpu)];
  nowcast.members(members, 1, () => undefined);
  return { prepare, prepareCpu, wall: (performance.now() - wall) / SECOND_MS, cpu: cpuSince(cpu) };
}

function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

const TRANSFORMS = 5;

function timeTransform(side: number): number {
  const plane = new FourierPlane(side, side);
  const field = { re: Float32Array.from(normalNumbers(side * side, 1)), im: new Float32Array(side * side) };
  plane.forward(field);
  const times = Array.from({ length: TRANSFORMS }, () => {
    const start = process.cpuUsage();
    plane.forward(field);
    plane.inverse(field);
    return cpuSince(start) / 4; // two complex transforms are four real ones
  });
  return medianOf(times);
}

/** Round cells of rain on a twentieth of the raster, moving 10 km eastward in a quarter of an hour. */
function movingCells(side: number, step: number): Float32Array {
  const uniform = uniformNumbers(1);
  const rates = new Float32Array(side * side);
  for (let i = 0; i < (side * side) / 4000; i++) {
    const [row, column, peak, size] = [uniform() * side, uniform() * side + 10 * step, 20 * uniform(), 2 + 6 * uniform()];
    const reach = Math.ceil(3 * size);
    for (let r = Math.max(0, Math.floor(row) - reach); r < Math.min(side, row + reach); r++) {
      for (let c = Math.max(0, Math.floor(column) - reach); c < Math.min(side, column + reach); c++) {
        rates[r * side + c]! += peak * Math.exp(-((r - row) ** 2 + (c - column) ** 2) / (2 * size * size));
      }
    }
  }
  return rates;
}

const round = (value: number): number => Number(value.toFixed(3));
