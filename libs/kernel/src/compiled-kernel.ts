import { Fault } from '#errors';
import { ArenaPlan } from './arena.js';
import type { Backend, Part } from './backend.js';
import { type CellInputs, loadCells, packForcing, packRainFactors } from './pack-request.js';
import type { GeneratedPart, ProgramName } from './generated-module.js';
import type {
  Cost,
  GradientResult,
  Kernel,
  KernelForcing,
  KernelLayout,
  MassBalance,
  Perturbation,
  RunRequest,
  RunResult,
  TangentResult,
} from './kernel.js';
import type { ReachSchedule } from './schedule-reaches.js';

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
  /** Pairs of positions in the layout: store, its capacity. */
  readonly stores: readonly (readonly [number, number])[];
}

const SERIES = {
  run: [],
  tape: ['runoffAdjoint', 'qupAdjoint', 'QAdjoint'],
  adjoint: [],
  tangent: ['runoffDirection', 'qupDirection', 'QDirection'],
} as const;
const BALANCE = ['rain', 'evaporation', 'exchange', 'runoff'] as const;

/** Runs the compiled columns, then the compiled reaches, on either back end. */
export class CompiledKernel implements Kernel {
  readonly layout: KernelLayout;
  private packed: { readonly forcing: KernelForcing; readonly memory: object } | undefined;

  constructor(private readonly parts: KernelParts) {
    this.layout = parts.layout;
  }

  run(request: RunRequest): RunResult {
    const pass = this.prepare(request, 'run');
    pass.columns('run');
    pass.reaches('run');
    const result = {
      discharge: pass.stationRows('Q'),
      finalState: pass.unloadCells('finalState', this.layout.states.length),
      massBalance: this.massBalance(request, pass),
    };
    return request.everyCell ? { ...result, everyCell: pass.everyCell() } : result;
  }

  gradient(request: RunRequest, cost: Cost): GradientResult {
    const pass = this.prepare(request, 'tape');
    pass.columns('tape');
    pass.reaches('tape');
    const discharge = pass.stationRows('Q');
    const adjoint = new Float64Array(discharge.length);
    const value = cost(discharge, adjoint);
    pass.clear(['stateAdjoint', 'parameterAdjoint', 'QAdjoint', 'rainFactorAdjoint']);
    pass.addStationRows('QAdjoint', adjoint);
    pass.reachesBackward();
    pass.columns('adjoint');
    return {
      cost: value,
      discharge,
      finalState: pass.unloadCells('finalState', this.layout.states.length),
      initialState: pass.unloadCells('stateAdjoint', this.layout.states.length),
      parameters: pass.unloadCells('parameterAdjoint', this.layout.parameters.length),
      rainFactors: request.rainFactors ? pass.rainFactorGradient(request.rainFactors) : new Float64Array(0),
    };
  }

  tangent(request: RunRequest, direction: Perturbation): TangentResult {
    const pass = this.prepare(request, 'tangent');
    pass.loadDirection(request, direction);
    pass.columns('tangent');
    pass.reaches('tangent', ['qup', 'qupDirection'], ['Q', 'QDirection']);
    return { discharge: pass.stationRows('Q'), derivative: pass.stationRows('QDirection') };
  }

  private prepare(request: RunRequest, kind: 'run' | 'tape' | 'tangent'): Pass {
    const { layout, backend, schedule } = this.parts;
    checkRequest(request, layout);
    const { forcing, rainFactors } = request;
    const plan = this.plan(forcing.steps, rainFactors?.blocks ?? 1, kind);
    const memory = backend.memory(plan.size);
    const pass = new Pass(this.parts, plan, memory, { steps: forcing.steps, blocks: rainFactors?.blocks ?? 1 });
    if (
      this.packed?.memory !== memory ||
      this.packed.forcing.rain !== forcing.rain ||
      this.packed.forcing.pet !== forcing.pet ||
      this.packed.forcing.steps !== forcing.steps
    ) {
      packForcing(pass.cells, { forcing, rain: plan.at('rain'), pet: plan.at('pet') });
      this.packed = { forcing, memory };
    }
    for (const [name, values] of this.parts.geometry) loadCells(pass.cells, plan.at(name), values);
    loadCells(pass.cells, plan.at('parameter'), request.parameters);
    loadCells(pass.cells, plan.at('state'), request.initialState);
    packRainFactors(pass.cells, { factors: rainFactors, steps: forcing.steps, at: plan.at('rainFactor'), blockAt: plan.at('blockOfStep') });
    memory.fill(0, plan.at('qup'), plan.at('qup') + forcing.steps * schedule.units * schedule.lanes);
    return pass;
  }

  private plan(steps: number, blocks: number, kind: 'run' | 'tape' | 'tangent'): ArenaPlan {
    const { backend, schedule, layout, column, reach } = this.parts;
    const plan = new ArenaPlan(backend.lanes, backend.reserved);
    const cells = schedule.units * schedule.lanes;
    for (const name of ['rain', 'pet', 'runoff', 'qup', 'Q']) plan.place(name, steps * cells);
    plan.place('blockOfStep', steps);
    for (const name of ['rainFactor', 'rainFactorAdjoint', 'rainFactorDirection']) plan.place(name, blocks * cells);
    for (const name of this.parts.geometry.keys()) plan.place(name, cells);
    for (const name of ['parameter', 'parameterAdjoint', 'parameterDirection']) plan.place(name, layout.parameters.length * cells);
    for (const name of ['state', 'finalState', 'stateAdjoint', 'stateDirection', 'finalStateDirection'])
      plan.place(name, layout.states.length * cells);
    plan.place('balance', BALANCE.length * cells);
    for (const name of SERIES[kind]) plan.place(name, steps * cells);
    if (kind === 'tape') {
      plan.place('columnTape', column.states.length * steps * cells);
      plan.place('reachTape', reach.states.length * steps * cells);
    }
    return plan;
  }

  private massBalance(request: RunRequest, pass: Pass): MassBalance {
    const { cellCount } = this.layout;
    const sums = pass.unloadCells('balance', BALANCE.length);
    const [rain, evaporation, exchange, runoff] = BALANCE.map((_, i) => mean(sums.subarray(i * cellCount, (i + 1) * cellCount))) as [
      number,
      number,
      number,
      number,
    ];
    const storageChange =
      this.stored(request, pass.unloadCells('finalState', this.layout.states.length)) - this.stored(request, request.initialState);
    const error = rain + exchange - evaporation - runoff - storageChange;
    return { rain, evaporation, exchange, runoff, storageChange, relativeError: error / Math.max(rain, LEAST_RAIN) };
  }

  /** Water in the stores, mm averaged over the cells. */
  private stored(request: RunRequest, states: Float64Array): number {
    const { cellCount } = this.layout;
    let sum = 0;
    for (const [store, capacity] of this.parts.stores) {
      for (let cell = 0; cell < cellCount; cell++)
        sum += states[store * cellCount + cell]! * request.parameters[capacity * cellCount + cell]!;
    }
    return sum / cellCount;
  }
}

/** mm; a drier window is balanced against this much rain, so that rounding alone is no imbalance. */
const LEAST_RAIN = 1;

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

function checkRequest(request: RunRequest, layout: KernelLayout): void {
  const { forcing, parameters, initialState } = request;
  const expect = (what: string, actual: number, wanted: number): void => {
    if (actual !== wanted)
      throw new Fault('INVARIANT', `${what} has ${actual} values, the kernel of ${layout.structure}-${layout.routing} needs ${wanted}`);
  };
  expect('rain', forcing.rain.length, forcing.steps * layout.cellCount);
  expect('pet', forcing.pet.length, forcing.steps * layout.cellCount);
  expect('parameters', parameters.length, layout.parameters.length * layout.cellCount);
  expect('the initial state', initialState.length, layout.states.length * layout.cellCount);
  if (request.rainFactors) expect('blockOfStep', request.rainFactors.blockOfStep.length, forcing.steps);
}

interface Extent {
  readonly steps: number;
  readonly blocks: number;
}

/** One call of the kernel: addresses in the memory and the sweeps over it. */
class Pass {
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
    const bases = backend.arrays(part, program).map(name => this.base(part, name));
    backend.call(part, program, [from, to, schedule.units, steps, blocks, ...bases]);
  }

  /** States and parameters of the routing come after those of the column. */
  private base(part: Part, name: string): number {
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
