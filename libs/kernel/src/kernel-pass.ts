import type { ArenaPlan } from './arena.js';
import type { Backend, Part } from './backend.js';
import type { GeneratedPart, ProgramName } from './generated-module.js';
import type { KernelLayout, RunRequest, Perturbation } from './kernel.js';
import { type CellInputs, loadCells, packRainFactors } from './pack-request.js';
import type { ReachSchedule } from './schedule-reaches.js';

/** Position of a store in the layout, and its water in mm per unit: a factor, or the position of the parameter that is its capacity. */
export type Store = { readonly state: number } & ({ readonly factor: number } | { readonly parameter: number });

/** What a kernel is made of, all of it fixed at its creation. */
export interface KernelParts {
  readonly layout: KernelLayout;
  readonly backend: Backend;
  readonly schedule: ReachSchedule;
  readonly column: GeneratedPart;
  readonly reach: GeneratedPart;
  /** Values of each geometry name per cell. */
  readonly geometry: ReadonlyMap<string, Float64Array>;
  readonly stationCells: readonly number[];
  /** What each store of the column holds. */
  readonly stores: readonly Store[];
  /** Column tapes of a gradient larger than this many elements are computed again block by block instead of kept. */
  readonly largestTape: number;
}

/** Units whose columns are taped together when the tape is not kept. */
const TAPE_UNITS = 2;

/** The tape of the columns: every state of every step if that is small enough, else of one block of units at a time. */
export function columnTape({ schedule, column, largestTape }: KernelParts, steps: number): { kept: boolean; elements: number } {
  const perUnit = column.states.length * steps * schedule.lanes;
  const kept = schedule.units * perUnit <= largestTape;
  return { kept, elements: (kept ? schedule.units : TAPE_UNITS) * perUnit };
}

/** Size of one request. */
export interface Extent {
  readonly steps: number;
  readonly blocks: number;
}

/** One call of the kernel: addresses in the memory and the sweeps over it. */
export class KernelPass {
  readonly cells: CellInputs;

  constructor(
    private readonly parts: KernelParts,
    private readonly plan: ArenaPlan,
    private readonly memory: Float64Array | Float32Array,
    private readonly extent: Extent,
  ) {
    this.cells = { memory, cellOfSlot: parts.schedule.cellOfSlot, lanes: parts.schedule.lanes, cellCount: parts.layout.cellCount };
  }

  columns(program: ProgramName): void {
    this.call('column', program, [0, this.parts.schedule.units]);
  }

  columnsBeforeAdjoint(): void {
    this.columns(columnTape(this.parts, this.extent.steps).kept ? 'tape' : 'run');
  }

  /** Without a kept tape each block runs again just before its adjoint, so that its tape is still in the cache. */
  columnsBackward(): void {
    const { units } = this.parts.schedule;
    if (columnTape(this.parts, this.extent.steps).kept) {
      this.columns('adjoint');
      return;
    }
    for (let from = 0; from < units; from += TAPE_UNITS) {
      const block: [number, number] = [from, Math.min(units, from + TAPE_UNITS)];
      this.call('column', 'tape', block);
      this.call('column', 'adjoint', block);
    }
  }

  /** Upstream before downstream; each batch hands its discharge on before the next begins. */
  reaches(program: ProgramName, inflows: readonly string[] = ['qup'], outflows: readonly string[] = ['Q']): void {
    const { headUnits, batches } = this.parts.schedule;
    this.reachUnits('head', program, [0, headUnits]);
    const drainAll = ([from, to]: readonly [number, number]) => {
      inflows.forEach((inflow, i) => {
        for (let unit = from; unit < to; unit++) this.drain(unit, inflow, outflows[i]!);
      });
    };
    drainAll([0, headUnits]);
    for (const batch of batches) {
      this.reachUnits('reach', program, batch);
      drainAll(batch);
    }
  }

  reachesBackward(): void {
    const { headUnits, batches } = this.parts.schedule;
    const collectAll = ([from, to]: readonly [number, number]) => {
      for (let unit = from; unit < to; unit++) this.collect(unit);
    };
    for (const batch of [...batches].reverse()) {
      collectAll(batch);
      this.reachUnits('reach', 'adjoint', batch);
    }
    collectAll([0, headUnits]);
    this.reachUnits('head', 'adjoint', [0, headUnits]);
  }

  private reachUnits(part: 'head' | 'reach', program: ProgramName, units: readonly [number, number]): void {
    if (units[1] > units[0]) this.call(part, program, units);
  }

  clear(names: readonly string[]): void {
    const { schedule, layout } = this.parts;
    const cells = schedule.units * schedule.lanes;
    const rows = {
      stateAdjoint: layout.states.length,
      parameterAdjoint: layout.parameters.length,
      QAdjoint: this.extent.steps,
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
    const values = new Float64Array(rows * cellCount);
    const at = this.plan.at(array);
    for (let row = 0; row < rows; row++) {
      for (let slot = 0; slot < cellOfSlot.length; slot++) {
        const cell = cellOfSlot[slot]!;
        if (cell >= 0) values[row * cellCount + cell] = memory[at + row * cellOfSlot.length + slot]!;
      }
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
    this.memory.fill(0, this.plan.at('qupDirection'), this.plan.at('qupDirection') + steps * units);
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

  /** Adds the discharge of a unit to the inflow of the cells it drains into. */
  private drain(unit: number, inflow: string, outflow: string): void {
    const { backend, schedule } = this.parts;
    for (let slot = unit * schedule.lanes; slot < (unit + 1) * schedule.lanes; slot++) {
      const target = schedule.downstream[slot]!;
      if (target >= 0) backend.accumulate(this.seriesAt(inflow, target), this.seriesAt(outflow, slot), this.extent.steps);
    }
  }

  /** The transpose of `drain`. */
  private collect(unit: number): void {
    const { backend, schedule } = this.parts;
    for (let slot = unit * schedule.lanes; slot < (unit + 1) * schedule.lanes; slot++) {
      const source = schedule.downstream[slot]!;
      if (source >= 0) backend.accumulate(this.seriesAt('QAdjoint', slot), this.seriesAt('qupAdjoint', source), this.extent.steps);
    }
  }

  private seriesAt(series: string, slot: number): number {
    const { lanes } = this.parts.schedule;
    return this.plan.at(series) + Math.floor(slot / lanes) * this.extent.steps * lanes + (slot % lanes);
  }

  private call(part: Part, program: ProgramName, [from, to]: readonly [number, number]): void {
    const { backend, schedule } = this.parts;
    const { steps, blocks } = this.extent;
    const bases = backend.arrays(part, program).map(name => this.base(part, name, from));
    backend.call(part, program, [from, to, schedule.units, steps, blocks, ...bases]);
  }

  /** A tape of one block begins where the block would begin in a whole tape. */
  private tapeBase(from: number): number {
    const { column, schedule } = this.parts;
    const skipped = columnTape(this.parts, this.extent.steps).kept ? 0 : from * column.states.length * this.extent.steps * schedule.lanes;
    return this.plan.at('columnTape') - skipped;
  }

  /** States and parameters of the routing come after those of the column. */
  private base(part: Part, name: string, from: number): number {
    if (name === 'tape') return part === 'column' ? this.tapeBase(from) : this.plan.at('reachTape');
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
