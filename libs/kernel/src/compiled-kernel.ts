import { Fault } from '#errors';
import { checkValues } from './check-values.js';
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
import { type KernelParts, KernelPass, type Sweep } from './kernel-pass.js';
import { BALANCE, type Extent, type PassKind, planMemory } from './memory-plan.js';
import type { ThreadTeam } from './threads/thread-team.js';

/** Which kernel packed its forcing into a memory last. */
const lastUser = new WeakMap<object, CompiledKernel>();

/** Runs the compiled columns, then the compiled reaches, on either back end. */
export class CompiledKernel implements Kernel {
  readonly layout: KernelLayout;
  private packed: { readonly forcing: KernelForcing; readonly memory: object } | undefined;

  constructor(
    private readonly parts: KernelParts,
    private readonly team?: ThreadTeam,
  ) {
    this.layout = parts.layout;
  }

  close(): void {
    this.team?.close();
  }

  run(request: RunRequest): RunResult {
    const pass = this.prepare(request, 'run');
    this.sweep(request, pass, 'run');
    const result = {
      discharge: pass.stationRows('Q'),
      finalState: pass.unloadCells('finalState', this.layout.states.length),
      massBalance: this.massBalance(request, pass),
    };
    return request.everyCell ? { ...result, everyCell: pass.everyCell() } : result;
  }

  gradient(request: RunRequest, cost: Cost): GradientResult {
    const pass = this.prepare(request, 'tape');
    this.sweep(request, pass, 'tape');
    const discharge = pass.stationRows('Q');
    const adjoint = new Float64Array(discharge.length);
    const value = cost(discharge, adjoint);
    pass.clear(['stateAdjoint', 'parameterAdjoint', 'rainFactorAdjoint']);
    this.sweep(request, pass, 'clear');
    pass.addStationRows('QAdjoint', adjoint);
    this.sweep(request, pass, 'backward');
    return {
      cost: value,
      discharge,
      finalState: pass.unloadCells('finalState', this.layout.states.length),
      initialState: pass.unloadCells('stateAdjoint', this.layout.states.length),
      parameters: pass.unloadCells('parameterAdjoint', this.layout.parameters.length),
      rainFactors: request.rainFactors ? pass.rainFactorGradient(request.rainFactors) : new Float64Array(0),
      weights: pass.weightGradient(),
    };
  }

  tangent(request: RunRequest, direction: Perturbation): TangentResult {
    if (direction.weights) checkWeights(direction, this.layout);
    const pass = this.prepare(request, 'tangent');
    pass.loadDirection(request, direction);
    this.sweep(request, pass, 'tangent');
    return { discharge: pass.stationRows('Q'), derivative: pass.stationRows('QDirection') };
  }

  private sweep({ threads = this.parts.threads }: RunRequest, pass: KernelPass, sweep: Sweep): void {
    if (this.team && threads > 1) this.team.sweep(pass, sweep, threads);
    else pass.sweep(sweep);
  }

  private prepare(request: RunRequest, kind: PassKind): KernelPass {
    const { layout, backend } = this.parts;
    checkRequest(request, layout);
    const { forcing, rainFactors } = request;
    const extent = { steps: forcing.steps, blocks: rainFactors?.blocks ?? 1 };
    const plan = planMemory(this.parts, extent, kind);
    refuseTooLong(this.parts, extent, kind);
    checkValues(request, layout);
    const memory = backend.memory(plan.size);
    const pass = new KernelPass(this.parts, { plan, extent, kind, thread: 0 }, memory);
    if (
      lastUser.get(backend.owner) !== this ||
      this.packed?.memory !== memory ||
      this.packed.forcing.rain !== forcing.rain ||
      this.packed.forcing.pet !== forcing.pet ||
      this.packed.forcing.temperature !== forcing.temperature ||
      this.packed.forcing.steps !== forcing.steps
    ) {
      const temperature = layout.needsTemperature ? plan.at('temperature') : undefined;
      packForcing(pass.cells, { forcing, rain: plan.at('rain'), pet: plan.at('pet'), temperature });
      for (const [name, values] of this.parts.geometry) loadCells(pass.cells, plan.at(name), values);
      this.packed = { forcing, memory };
      lastUser.set(backend.owner, this);
    }
    loadCells(pass.cells, plan.at('parameter'), request.parameters);
    loadCells(pass.cells, plan.at('state'), request.initialState);
    pass.clearNetwork();
    pass.loadNetwork(request.weights, 'weights');
    packRainFactors(pass.cells, { factors: rainFactors, steps: forcing.steps, at: plan.at('rainFactor'), blockAt: plan.at('blockOfStep') });
    return pass;
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

/** A window whose series do not fit the memory is refused before anything runs. */
function refuseTooLong(parts: KernelParts, extent: Extent, kind: PassKind): void {
  const bytes = (steps: number): number => planMemory(parts, { ...extent, steps }, kind).size * parts.backend.elementBytes;
  const { largestBytes } = parts.backend;
  if (bytes(extent.steps) <= largestBytes) return;
  const [fixed, perStep] = [bytes(0), (bytes(2 * extent.steps) - bytes(extent.steps)) / extent.steps];
  const most = Math.max(0, Math.floor((largestBytes - fixed) / perStep));
  const gib = (value: number): string => (value / 2 ** 30).toFixed(1);
  const { cellCount, structure, routing } = parts.layout;
  throw new Fault(
    'WINDOW_TOO_LONG',
    `${kind === 'tape' ? 'a gradient' : 'a run'} of ${structure}-${routing} over ${extent.steps} steps on ${cellCount} cells needs ${gib(bytes(extent.steps))} GiB, a kernel has ${gib(largestBytes)} GiB: at most ${most} steps`,
    { steps: extent.steps, cellCount, most },
  );
}

/** mm; a drier window is balanced against this much rain, so that rounding alone is no imbalance. */
const LEAST_RAIN = 1;

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Weights of another shape are refused before anything runs. */
function checkWeights({ weights }: Pick<RunRequest, 'weights'>, { structure, network }: KernelLayout): void {
  if (!network) {
    if ((weights?.length ?? 0) === 0) return;
    throw new Fault('NETWORK_INVALID', `${structure} has no network, but the request has ${weights!.length} weights`);
  }
  const { inputs, hidden, outputs, weightCount } = network;
  const shape = `${weightCount}, of layers ${[inputs.length, ...hidden, outputs.length].join('-')}`;
  if (!weights) throw new Fault('NETWORK_INVALID', `${structure} needs the weights of its network: ${shape}`);
  if (weights.length !== weightCount)
    throw new Fault('NETWORK_INVALID', `the request has ${weights.length} weights, the network of ${structure} needs ${shape}`);
  const bad = weights.findIndex(weight => !Number.isFinite(weight));
  if (bad >= 0) throw new Fault('NETWORK_INVALID', `weight ${bad} of the network of ${structure} is ${weights[bad]!}`);
}

function checkRequest(request: RunRequest, layout: KernelLayout): void {
  checkWeights(request, layout);
  const { forcing, parameters, initialState } = request;
  const expect = (what: string, actual: number, wanted: number): void => {
    if (actual !== wanted)
      throw new Fault('INVARIANT', `${what} has ${actual} values, the kernel of ${layout.structure}-${layout.routing} needs ${wanted}`);
  };
  expect('rain', forcing.rain.length, forcing.steps * layout.cellCount);
  expect('pet', forcing.pet.length, forcing.steps * layout.cellCount);
  if (layout.needsTemperature) {
    if (!forcing.temperature) throw new Fault('TEMPERATURE_MISSING', temperatureMissing(layout), { structure: layout.structure });
    expect('temperature', forcing.temperature.length, forcing.steps * layout.cellCount);
  }
  expect('parameters', parameters.length, layout.parameters.length * layout.cellCount);
  expect('the initial state', initialState.length, layout.states.length * layout.cellCount);
  if (request.rainFactors) expect('blockOfStep', request.rainFactors.blockOfStep.length, forcing.steps);
}

const temperatureMissing = ({ structure }: KernelLayout): string =>
  `structure "${structure}" has a snow slot and needs the air temperature of every step and cell, °C, in the forcing`;
