import { Fault } from '#errors';
import { ArenaPlan } from './arena.js';
import { loadCells, packForcing, packRainFactors } from './pack-request.js';
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
import { columnTape, type KernelParts, KernelPass } from './kernel-pass.js';

/** Series that a kind of pass needs beside those of a run. */
const SERIES = {
  run: [],
  tape: ['runoffAdjoint', 'qupAdjoint', 'QAdjoint'],
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
    pass.columnsBeforeAdjoint();
    pass.reaches('tape');
    const discharge = pass.stationRows('Q');
    const adjoint = new Float64Array(discharge.length);
    const value = cost(discharge, adjoint);
    pass.clear(['stateAdjoint', 'parameterAdjoint', 'QAdjoint', 'rainFactorAdjoint']);
    pass.addStationRows('QAdjoint', adjoint);
    pass.reachesBackward();
    pass.columnsBackward();
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

  private prepare(request: RunRequest, kind: 'run' | 'tape' | 'tangent'): KernelPass {
    const { layout, backend, schedule } = this.parts;
    checkRequest(request, layout);
    const { forcing, rainFactors } = request;
    const plan = this.plan(forcing.steps, rainFactors?.blocks ?? 1, kind);
    const memory = backend.memory(plan.size);
    const pass = new KernelPass(this.parts, plan, memory, { steps: forcing.steps, blocks: rainFactors?.blocks ?? 1 });
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
    const { backend, schedule, layout, reach } = this.parts;
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
      plan.place('columnTape', columnTape(this.parts, steps).elements);
      plan.place('reachTape', reach.states.length * steps * cells);
    }
    return plan;
  }

  private massBalance(request: RunRequest, pass: KernelPass): MassBalance {
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
    for (const store of this.parts.stores) {
      for (let cell = 0; cell < cellCount; cell++) {
        const depth = 'factor' in store ? store.factor : request.parameters[store.parameter * cellCount + cell]!;
        sum += states[store.state * cellCount + cell]! * depth;
      }
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
