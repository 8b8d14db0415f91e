import type { ArenaPlan } from './arena.js';
import type { Backend, Part } from './backend.js';
import type { GeneratedPart, ProgramName } from './generated-module.js';
import { columnTape, type Extent, type PassKind, type PlannedParts } from './memory-plan.js';
import type { KernelLayout, RunRequest, Perturbation } from './kernel.js';
import { type CellInputs, loadCells, packRainFactors } from './pack-request.js';
import type { ReachGroup, ReachSchedule } from './schedule-reaches.js';

/** Position of a store in the layout, and its water in mm per unit: a factor, or the position of the parameter that is its capacity. */
export type Store = { readonly state: number } & ({ readonly factor: number } | { readonly parameter: number });

/** What every thread of a kernel needs to compute its share. */
export interface PassParts extends PlannedParts {
  readonly layout: KernelLayout;
  readonly backend: Backend;
  readonly schedule: ReachSchedule;
  readonly column: Pick<GeneratedPart, 'states' | 'parameters' | 'tapeWidth'>;
  readonly reach: Pick<GeneratedPart, 'states' | 'parameters' | 'tapeWidth'>;
  readonly stationCells: readonly number[];
}

/** What a kernel is made of, all of it fixed at its creation. */
export interface KernelParts extends PassParts {
  /** Values of each geometry name per cell. */
  readonly geometry: ReadonlyMap<string, Float64Array>;
  /** What each store of the column holds. */
  readonly stores: readonly Store[];
}

/** What is done to every group of the schedule: the three programs forward, the adjoint backward, and making room for it. */
export const SWEEPS = ['run', 'tape', 'tangent', 'clear', 'backward'] as const;
export type Sweep = (typeof SWEEPS)[number];

type Flows = readonly (readonly [inflow: string, outflow: string])[];
const FLOWS: Flows = [['qup', 'Q']];
const TANGENT_FLOWS: Flows = [...FLOWS, ['qupDirection', 'QDirection']];

interface Bound {
  readonly compute: (...args: number[]) => void;
  readonly args: number[];
  /** Places of the arguments that change: the tape of a block, the weight gradient of a group; −1 where there is none. */
  readonly tapeAt: number;
  readonly weightAdjointAt: number;
}

/** One call: where its arrays lie, how long it is, and which thread asks (0 is the caller's). */
export interface PassPlan {
  readonly plan: ArenaPlan;
  readonly extent: Extent;
  readonly kind: PassKind;
  readonly thread: number;
}

/** One call of the kernel: addresses in the memory and the sweeps over it. */
export class KernelPass {
  readonly cells: CellInputs;
  readonly kind: PassKind;
  readonly extent: Extent;
  private readonly plan: ArenaPlan;
  private readonly thread: number;
  /** The group that is computed. */
  private current = 0;
  private readonly tape: ReturnType<typeof columnTape>;
  private readonly bound = new Map<string, Bound>();

  constructor(
    private readonly parts: PassParts,
    { plan, extent, kind, thread }: PassPlan,
    private readonly memory: Float64Array | Float32Array,
  ) {
    this.plan = plan;
    this.extent = extent;
    this.kind = kind;
    this.thread = thread;
    this.tape = columnTape(parts, extent.steps);
    this.cells = { memory, cellOfSlot: parts.schedule.cellOfSlot, lanes: parts.schedule.lanes, cellCount: parts.layout.cellCount };
  }

  /** Groups [from, to) of each phase in the order in which a sweep takes them. */
  phases(sweep: Sweep): readonly (readonly [from: number, to: number])[] {
    const { groups, phaseEnds } = this.parts.schedule;
    if (sweep === 'clear') return [[0, groups.length]];
    const phases = phaseEnds.map((end, phase): [number, number] => [phase === 0 ? 0 : phaseEnds[phase - 1]!, end]);
    return sweep === 'backward' ? phases.reverse() : phases;
  }

  /** Sweeps over all groups on this thread. */
  sweep(sweep: Sweep): void {
    for (const [from, to] of this.phases(sweep)) for (let group = from; group < to; group++) this.group(sweep, group);
  }

  /** Work on one group of the schedule; all it waits for are the groups of earlier phases (later ones, backward). */
  group(sweep: Sweep, index: number): void {
    const group = this.parts.schedule.groups[index]!;
    this.current = index;
    if (sweep === 'backward') this.backward(group);
    else if (sweep === 'clear') this.clearSeries('QAdjoint', [group.from, group.to]);
    else this.forward(sweep, group);
  }

  /** Columns, then reaches, upstream before downstream; each batch hands its discharge on before the next begins. */
  private forward(sweep: 'run' | 'tape' | 'tangent', group: ReachGroup): void {
    const { from, headEnd, to } = group;
    if (sweep === 'tape') for (const block of this.tapeBlocks(group)) this.call('column', 'tape', block);
    else this.call('column', sweep, [from, to]);
    const flows = sweep === 'tangent' ? TANGENT_FLOWS : FLOWS;
    for (const [inflow, outflow] of flows) {
      this.clearSeries(inflow, [headEnd, to]);
      for (const slot of group.inlets) this.drainSlot(slot, inflow, outflow);
    }
    this.reachUnits('head', sweep, [from, headEnd]);
    this.drain([from, headEnd], group, flows);
    let begin = headEnd;
    for (const end of group.batchEnds) {
      this.reachUnits('reach', sweep, [begin, end]);
      this.drain([begin, end], group, flows);
      begin = end;
    }
  }

  private backward(group: ReachGroup): void {
    const { from, headEnd, batchEnds } = group;
    for (let batch = batchEnds.length - 1; batch >= 0; batch--) {
      const units: [number, number] = [batch === 0 ? headEnd : batchEnds[batch - 1]!, batchEnds[batch]!];
      this.collect(units);
      this.reachUnits('reach', 'adjoint', units);
    }
    this.collect([from, headEnd]);
    this.reachUnits('head', 'adjoint', [from, headEnd]);
    this.columnsBackward(group);
  }

  /** Without a kept tape each block runs again just before its adjoint, so that its tape is still in the cache. */
  private columnsBackward(group: ReachGroup): void {
    for (const block of this.tapeBlocks(group)) {
      if (!this.tape.kept) this.call('column', 'tape', block);
      this.call('column', 'adjoint', block);
    }
  }

  /** Units of a group that are taped at once: all of them if the tape is kept. */
  private tapeBlocks({ from, to }: ReachGroup): readonly (readonly [number, number])[] {
    const { kept, blockUnits } = this.tape;
    if (kept) return [[from, to]];
    const count = Math.ceil((to - from) / blockUnits);
    return Array.from({ length: count }, (_, k) => [from + k * blockUnits, Math.min(to, from + (k + 1) * blockUnits)]);
  }

  private reachUnits(part: 'head' | 'reach', program: ProgramName, units: readonly [number, number]): void {
    if (units[1] > units[0]) this.call(part, program, units);
  }

  private clearSeries(series: string, [from, to]: readonly [number, number]): void {
    const size = this.extent.steps * this.parts.schedule.lanes;
    this.memory.fill(0, this.plan.at(series) + from * size, this.plan.at(series) + to * size);
  }

  clear(names: readonly string[]): void {
    const { schedule, layout } = this.parts;
    const cells = schedule.units * schedule.lanes;
    const rows = {
      stateAdjoint: layout.states.length,
      parameterAdjoint: layout.parameters.length,
      rainFactorAdjoint: this.extent.blocks,
    };
    for (const name of names) this.memory.fill(0, this.plan.at(name), this.plan.at(name) + rows[name as keyof typeof rows] * cells);
  }

  stationRows(series: string): Float64Array {
    const { steps } = this.extent;
    const rows = new Float64Array(this.parts.stationCells.length * steps);
    this.parts.stationCells.forEach((cell, station) => {
      const from = this.seriesAt(series, this.parts.schedule.slotOfCell[cell]!);
      for (let t = 0; t < steps; t++) rows[station * steps + t] = this.memory[from + t * this.parts.schedule.lanes]!;
    });
    return rows;
  }

  addStationRows(series: string, rows: Float64Array): void {
    const { steps } = this.extent;
    this.parts.stationCells.forEach((cell, station) => {
      const to = this.seriesAt(series, this.parts.schedule.slotOfCell[cell]!);
      for (let t = 0; t < steps; t++) this.memory[to + t * this.parts.schedule.lanes]! += rows[station * steps + t]!;
    });
  }

  everyCell(): Float64Array {
    const { layout, schedule } = this.parts;
    const { steps } = this.extent;
    const all = new Float64Array(steps * layout.cellCount);
    for (let cell = 0; cell < layout.cellCount; cell++) {
      const from = this.seriesAt('Q', schedule.slotOfCell[cell]!);
      for (let t = 0; t < steps; t++) all[t * layout.cellCount + cell] = this.memory[from + t * schedule.lanes]!;
    }
    return all;
  }

  unloadCells(array: string, rows: number): Float64Array {
    const { cellCount, cellOfSlot, memory } = this.cells;
    const { slotOfCell } = this.parts.schedule;
    const values = new Float64Array(rows * cellCount);
    for (let row = 0; row < rows; row++) {
      const [from, to] = [this.plan.at(array) + row * cellOfSlot.length, row * cellCount];
      for (let cell = 0; cell < cellCount; cell++) values[to + cell] = memory[from + slotOfCell[cell]!]!;
    }
    return values;
  }

  loadDirection(request: RunRequest, direction: Perturbation): void {
    const { layout } = this.parts;
    loadCells(
      this.cells,
      this.plan.at('parameterDirection'),
      direction.parameters ?? new Float64Array(layout.parameters.length * layout.cellCount),
      0,
    );
    loadCells(
      this.cells,
      this.plan.at('stateDirection'),
      direction.initialState ?? new Float64Array(layout.states.length * layout.cellCount),
      0,
    );
    const { steps, blocks } = this.extent;
    const units = this.parts.schedule.units * this.parts.schedule.lanes;
    this.memory.fill(0, this.plan.at('rainFactorDirection'), this.plan.at('rainFactorDirection') + blocks * units);
    if (request.rainFactors && direction.rainFactors) {
      const factors = { ...request.rainFactors, values: direction.rainFactors };
      packRainFactors(this.cells, { factors, steps, at: this.plan.at('rainFactorDirection'), blockAt: this.plan.at('blockOfStep') });
    }
    this.loadNetwork(direction.weights, 'weightDirection');
  }

  loadNetwork(weights: Float64Array | undefined, array: 'weights' | 'weightDirection'): void {
    const { network } = this.parts.backend;
    const { weightCount = 0 } = this.parts.layout.network ?? {};
    network?.loadShape(this.memory, this.plan.at('networkShape'));
    network?.loadWeights(this.memory, this.plan.at(array), weights ?? new Float64Array(weightCount));
  }

  clearNetwork(): void {
    const { backend, threads, schedule } = this.parts;
    if (!backend.network) return;
    const { scratchElements, adjointElements } = backend.network;
    const clear = (name: string, size: number) => this.memory.fill(0, this.plan.at(name), this.plan.at(name) + size);
    clear('networkScratch', threads * scratchElements);
    clear('weightAdjoint', schedule.groups.length * adjointElements);
  }

  /** Sum over the groups in their order, whichever thread computed them. */
  weightGradient(): Float64Array {
    const { backend, schedule, layout } = this.parts;
    const sum = new Float64Array(layout.network?.weightCount ?? 0);
    if (!backend.network) return sum;
    for (let group = 0; group < schedule.groups.length; group++) {
      const part = backend.network.unloadGradient(this.memory, this.weightAdjointBase(group));
      part.forEach((value, i) => (sum[i]! += value));
    }
    return sum;
  }

  private weightAdjointBase(group: number): number {
    return this.plan.at('weightAdjoint') + group * this.parts.backend.network!.adjointElements;
  }

  rainFactorGradient(factors: NonNullable<RunRequest['rainFactors']>): Float64Array {
    const { cellOfSlot, lanes } = this.cells;
    const gradient = new Float64Array(factors.values.length);
    const at = this.plan.at('rainFactorAdjoint');
    for (let slot = 0; slot < cellOfSlot.length; slot++) {
      const cell = cellOfSlot[slot]!;
      if (cell < 0) continue;
      const from = at + Math.floor(slot / lanes) * factors.blocks * lanes + (slot % lanes);
      const to = factors.zoneOfCell[cell]! * factors.blocks;
      for (let block = 0; block < factors.blocks; block++) gradient[to + block]! += this.memory[from + block * lanes]!;
    }
    return gradient;
  }

  /** Adds the discharge of units to the inflow of the cells of their group that they drain into; other groups fetch it. */
  private drain([from, to]: readonly [number, number], group: ReachGroup, flows: Flows): void {
    const { lanes, downstream } = this.parts.schedule;
    const [first, end] = [group.from * lanes, group.to * lanes];
    for (const [inflow, outflow] of flows) {
      for (let slot = from * lanes; slot < to * lanes; slot++) {
        if (downstream[slot]! >= first && downstream[slot]! < end) this.drainSlot(slot, inflow, outflow);
      }
    }
  }

  private drainSlot(slot: number, inflow: string, outflow: string): void {
    const { backend, schedule } = this.parts;
    backend.accumulate(this.seriesAt(inflow, schedule.downstream[slot]!), this.seriesAt(outflow, slot), this.extent.steps);
  }

  /** The transpose of draining. */
  private collect([from, to]: readonly [number, number]): void {
    const { backend, schedule } = this.parts;
    for (let slot = from * schedule.lanes; slot < to * schedule.lanes; slot++) {
      const source = schedule.downstream[slot]!;
      if (source >= 0) backend.accumulate(this.seriesAt('QAdjoint', slot), this.seriesAt('qupAdjoint', source), this.extent.steps);
    }
  }

  private seriesAt(series: string, slot: number): number {
    const { lanes } = this.parts.schedule;
    return this.plan.at(series) + Math.floor(slot / lanes) * this.extent.steps * lanes + (slot % lanes);
  }

  private call(part: Part, program: ProgramName, [from, to]: readonly [number, number]): void {
    const { compute, args, tapeAt, weightAdjointAt } = this.bind(part, program);
    args[0] = from;
    args[1] = to;
    if (tapeAt >= 0) args[tapeAt] = this.tapeBase(from) * this.parts.backend.addressUnit;
    if (weightAdjointAt >= 0) args[weightAdjointAt] = this.weightAdjointBase(this.current) * this.parts.backend.addressUnit;
    compute(...args);
  }

  /** A program and its arguments, of which only the units change from call to call, and with them a tape that is not kept. */
  private bind(part: Part, program: ProgramName): Bound {
    const known = this.bound.get(`${part}_${program}`);
    if (known !== undefined) return known;
    const { backend, schedule } = this.parts;
    const { steps, blocks } = this.extent;
    const names = backend.arrays(part, program);
    const fixed = [0, 0, schedule.units, steps, blocks];
    const args = [...fixed, ...names.map(name => this.base(part, name) * backend.addressUnit)];
    const placeOf = (name: string) => (part === 'column' && names.includes(name) ? fixed.length + names.indexOf(name) : -1);
    const [tapeAt, weightAdjointAt] = [placeOf('tape'), placeOf('weightAdjoint')];
    const bound = { compute: backend.program(part, program), args, tapeAt, weightAdjointAt };
    this.bound.set(`${part}_${program}`, bound);
    return bound;
  }

  /** A tape of one block, of which each thread has its own, begins where the block would begin in a whole tape. */
  private tapeBase(from: number): number {
    const { kept, perUnit, blockUnits } = this.tape;
    return this.plan.at('columnTape') + (kept ? 0 : (this.thread * blockUnits - from) * perUnit);
  }

  /** States and parameters of the routing come after those of the column. */
  private base(part: Part, name: string): number {
    const { network } = this.parts.backend;
    if (name === 'networkScratch') return this.plan.at(name) + this.thread * network!.scratchElements;
    if (name === 'tape') return this.plan.at(part === 'column' ? 'columnTape' : 'reachTape');
    const rows =
      part === 'column'
        ? 0
        : /^(finalState|state)/.test(name)
          ? this.parts.column.states.length
          : name.startsWith('parameter')
            ? this.parts.column.parameters.length
            : 0;
    return this.plan.at(name) + rows * this.parts.schedule.units * this.parts.schedule.lanes;
  }
}
