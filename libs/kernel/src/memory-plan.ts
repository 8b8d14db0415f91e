import { ArenaPlan } from './arena.js';
import type { Backend } from './backend.js';
import type { GeneratedPart } from './generated-module.js';
import type { KernelLayout } from './kernel.js';
import type { ReachSchedule } from './schedule-reaches.js';

/** What a request asks for: it decides which series are kept. */
export const PASS_KINDS = ['run', 'tape', 'tangent'] as const;
export type PassKind = (typeof PASS_KINDS)[number];

/** Size of one request. */
export interface Extent {
  readonly steps: number;
  readonly blocks: number;
}

/** What the places of a kernel's arrays depend on. */
export interface PlannedParts {
  readonly layout: Pick<KernelLayout, 'states' | 'parameters' | 'needsTemperature'>;
  readonly schedule: Pick<ReachSchedule, 'units' | 'lanes' | 'groups'>;
  readonly column: Pick<GeneratedPart, 'tapeWidth'>;
  readonly reach: Pick<GeneratedPart, 'states'>;
  readonly backend: Pick<Backend, 'reserved' | 'network'>;
  readonly geometryNames: readonly string[];
  /** Column tapes of a gradient larger than this many elements are computed again block by block instead of kept. */
  readonly largestTape: number;
  /** Threads that compute, each with a tape of its own when the whole one is not kept. */
  readonly threads: number;
}

/** Series that a kind of pass needs beside those of a run. */
const SERIES = {
  run: [],
  tape: ['runoffAdjoint', 'qupAdjoint', 'QAdjoint'],
  tangent: ['runoffDirection', 'qupDirection', 'QDirection'],
} as const;

/** Sums of a run over its steps, one row a name. */
export const BALANCE = ['rain', 'evaporation', 'exchange', 'runoff'] as const;

/** Elements of the tape of one block that is not kept: with them a block is long enough to be worth its call and stays in the cache. */
const BLOCK_TAPE = 2 ** 14;
const LEAST_BLOCK_UNITS = 2;
/** A loop with a network computes so many units side by side; a block that cut them would sum weight gradients in another order. */
const NETWORK_UNITS = 4;

/** The tape of the columns: every state of every step if that is small enough, else of one block of units at a time for each thread. */
export function columnTape({ schedule, column, largestTape, threads, backend }: PlannedParts, steps: number) {
  const perUnit = column.tapeWidth * steps * schedule.lanes;
  const kept = schedule.units * perUnit <= largestTape;
  const least = backend.network ? NETWORK_UNITS : LEAST_BLOCK_UNITS;
  const blockUnits = least * Math.max(1, Math.floor(BLOCK_TAPE / Math.max(1, perUnit) / least));
  return { kept, perUnit, blockUnits, elements: kept ? schedule.units * perUnit : threads * blockUnits * perUnit };
}

/** Where each array of a request lies in the memory, in elements. Forcing and geometry come first: their places depend on the steps alone. */
export function planMemory(parts: PlannedParts, { steps, blocks }: Extent, kind: PassKind): ArenaPlan {
  const { backend, schedule, layout, reach } = parts;
  const plan = new ArenaPlan(schedule.lanes, backend.reserved);
  const cells = schedule.units * schedule.lanes;
  for (const name of ['rain', 'pet', 'runoff', 'qup', 'Q']) plan.place(name, steps * cells);
  if (layout.needsTemperature) plan.place('temperature', steps * cells);
  for (const name of parts.geometryNames) plan.place(name, cells);
  plan.place('blockOfStep', steps);
  for (const name of ['rainFactor', 'rainFactorAdjoint', 'rainFactorDirection']) plan.place(name, blocks * cells);
  for (const name of ['parameter', 'parameterAdjoint', 'parameterDirection']) plan.place(name, layout.parameters.length * cells);
  for (const name of ['state', 'finalState', 'stateAdjoint', 'stateDirection', 'finalStateDirection'])
    plan.place(name, layout.states.length * cells);
  plan.place('balance', BALANCE.length * cells);
  const { network } = backend;
  if (network) {
    plan.place('networkShape', network.shapeElements);
    for (const name of ['weights', 'weightDirection']) plan.place(name, network.weightElements);
    // of each thread and of each group, so that sums do not depend on who computed them
    plan.place('networkScratch', parts.threads * network.scratchElements);
    plan.place('weightAdjoint', schedule.groups.length * network.adjointElements);
  }
  for (const name of SERIES[kind]) plan.place(name, steps * cells);
  if (kind === 'tape') {
    plan.place('columnTape', columnTape(parts, steps).elements);
    plan.place('reachTape', reach.states.length * steps * cells);
  }
  return plan;
}
