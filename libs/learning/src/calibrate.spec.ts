import { describe, expect, it } from '@jest/globals';
import type { Cost, GradientResult, Kernel, RunRequest, RunResult } from '#kernel';
import { calibrate, calibrating, CALIBRATION_SETTINGS, type CalibrationProgress } from './calibrate.js';
import { standardize } from './descriptors.js';
import { nseCost } from './costs.js';
import type { MappingChoice } from './build-mapping.js';

const CELLS = 5;
const STEPS = 60;

/** A model simple enough to differentiate by hand: each cell releases cp/1000 of its rain, and its first ht in a recession of rate ct/1000. */
const toy: Kernel = {
  layout: {
    structure: 'toy',
    routing: 'none',
    states: ['ht'],
    parameters: ['ci', 'cp', 'ct'],
    cellCount: CELLS,
    stationCount: 1,
    stepSeconds: 3600,
    precision: 'f64',
  },
  run: request => runToy(request),
  gradient: (request, cost) => differentiateToy(request, cost),
  close: () => undefined,
  tangent: () => {
    throw new Error('not needed');
  },
};

function runToy({ forcing, parameters, initialState }: RunRequest): RunResult {
  const discharge = Float64Array.from({ length: STEPS }, (_, step) => {
    let sum = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      sum += (forcing.rain[step * CELLS + cell]! * parameters[CELLS + cell]!) / 1000;
      sum += initialState[cell]! * 10 * Math.exp((-step * parameters[2 * CELLS + cell]!) / 1000);
    }
    return sum;
  });
  const balance = { rain: 0, evaporation: 0, exchange: 0, runoff: 0, storageChange: 0, relativeError: 0 };
  return { discharge, finalState: initialState, massBalance: balance };
}

function differentiateToy(request: RunRequest, cost: Cost): GradientResult {
  const { discharge, finalState } = runToy(request);
  const adjoint = new Float64Array(STEPS);
  const value = cost(discharge, adjoint);
  const parameters = new Float64Array(3 * CELLS);
  const initialState = new Float64Array(CELLS);
  for (let step = 0; step < STEPS; step++) {
    for (let cell = 0; cell < CELLS; cell++) {
      const recession = 10 * Math.exp((-step * request.parameters[2 * CELLS + cell]!) / 1000);
      parameters[CELLS + cell]! += (adjoint[step]! * request.forcing.rain[step * CELLS + cell]!) / 1000;
      parameters[2 * CELLS + cell]! -= (adjoint[step]! * request.initialState[cell]! * recession * step) / 1000;
      initialState[cell]! += adjoint[step]! * recession;
    }
  }
  return { cost: value, discharge, finalState, parameters, initialState, rainFactors: new Float64Array(0), weights: new Float64Array(0) };
}

const forcing = {
  steps: STEPS,
  rain: Float32Array.from({ length: STEPS * CELLS }, (_, k) => Math.max(0, Math.sin(k * 1.7 + (k % CELLS)) * 6)),
  pet: new Float32Array(STEPS * CELLS),
};
const slope = standardize('slope', Float64Array.from([1, 2, 3, 4, 9]));
const base = { parameters: new Float64Array(3 * CELLS).fill(0.5), initialState: new Float64Array(CELLS) };

/** Discharge of known parameters: what the fit must find again. */
function twin(cpOf: (cell: number) => number): Float64Array {
  const parameters = Float64Array.from({ length: 3 * CELLS }, (_, k) => (k < CELLS ? 0.5 : k < 2 * CELLS ? cpOf(k - CELLS) : 80));
  return runToy({ forcing, parameters, initialState: new Float64Array(CELLS).fill(0.4) }).discharge;
}

const settings = { ...CALIBRATION_SETTINGS, uniformIterations: 200, iterations: 400, priorWeight: 0, costTolerance: 1e-15 };
const uniformly: MappingChoice = { kind: 'uniform', descriptors: [], weights: false };
const bySlope: MappingChoice = { kind: 'multilinear', descriptors: [slope], weights: false };
const problemFor = (observed: Float64Array) => ({ forcing, base, settings, cost: nseCost({ observed, steps: STEPS, stations: [0] }) });

describe('calibrate', () => {
  it('finds the uniform parameters and initial store that made a discharge', () => {
    const { fields, cost } = calibrate({ ...problemFor(twin(() => 300)), mapping: uniformly }, toy);
    expect(cost).toBeLessThan(1e-6);
    expect(fields.parameters[CELLS]).toBeCloseTo(300, 0);
    expect(fields.parameters[2 * CELLS]).toBeCloseTo(80, 0);
    expect(fields.initialState[0]).toBeCloseTo(0.4, 2);
    expect(fields.parameters[0]).toBe(0.5); // ci is not calibrated
  });

  it('fits what uniform parameters cannot once it may follow a descriptor', () => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5);
    const uniform = calibrate({ ...problemFor(observed), mapping: uniformly }, toy);
    const progress: CalibrationProgress[] = [];
    const multilinear = calibrate({ ...problemFor(observed), mapping: bySlope, onProgress: step => progress.push(step) }, toy);
    expect(multilinear.cost).toBeLessThan(uniform.cost / 5);
    expect(multilinear.fields.parameters[2 * CELLS - 1]).toBeGreaterThan(multilinear.fields.parameters[CELLS]!);
    expect(new Set(progress.map(({ stage }) => stage))).toEqual(new Set(['uniform', 'mapped']));
    expect(multilinear.iterations).toBe(progress.length);
  });

  it('gets as far with Adam, and further with a value for each cell', () => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5);
    const multilinear = calibrate({ ...problemFor(observed), mapping: bySlope }, toy);
    const byAdam = { ...settings, optimizer: 'adam' as const, iterations: 600, rate: 0.1 };
    expect(calibrate({ ...problemFor(observed), settings: byAdam, mapping: bySlope }, toy).cost).toBeLessThan(2 * multilinear.cost);
    const place = { x: [0, 1, 2, 3, 4], y: [0, 0, 0, 0, 0], length: 1 };
    const mapping: MappingChoice = { kind: 'distributed', correlation: place, descriptors: [], weights: false };
    expect(calibrate({ ...problemFor(observed), mapping }, toy).cost).toBeLessThan(multilinear.cost / 5);
  });

  it('takes another mapping for one parameter, leaves the stores alone when told to, and knows what it can calibrate', () => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5);
    const mixed = calibrate({ ...problemFor(observed), mapping: { ...bySlope, kinds: { ct: 'uniform' } } }, toy);
    expect(mixed.coefficients.mapping).toBe('mixed');
    expect(mixed.coefficients.parameters.map(({ form }) => form)).toEqual(['multilinear', 'uniform']);
    const cold = calibrate({ ...problemFor(observed), settings: { ...settings, stores: false }, mapping: uniformly }, toy);
    expect(cold.fields.initialState).toEqual(base.initialState);
    expect(cold.coefficients.initialState).toEqual({});
    expect(() => calibrate({ ...problemFor(observed), mapping: { ...bySlope, kinds: { ci: 'ann' } } }, toy)).toThrow(
      /ci is not calibrated/,
    );
  });

  it.each(['lbfgsb', 'adam'] as const)('stops %s at an exploding cost, keeps the best control and says the step', optimizer => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5);
    const healthy = nseCost({ observed, steps: STEPS, stations: [0] });
    let calls = 0;
    const breaking: Cost = (discharge, adjoint) => {
      const cost = healthy(discharge, adjoint);
      return ++calls > 15 ? NaN : cost;
    };
    const problem = { ...problemFor(observed), settings: { ...settings, uniformIterations: 5, optimizer, rate: 0.05 } };
    const uniform = calibrate({ ...problem, mapping: uniformly }, toy);
    const stopped = calibrate({ ...problem, cost: breaking, mapping: bySlope }, toy);
    expect(stopped.stoppedBy).toMatch(/^diverged-at-\d+$/);
    expect(healthy(stopped.discharge, new Float64Array(STEPS))).toBeLessThanOrEqual(uniform.cost);
  });

  it('may be stopped between two iterations and gives the best until then', () => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5);
    const search = calibrating({ ...problemFor(observed), settings: { ...settings, uniformIterations: 3 }, mapping: bySlope }, toy);
    let step = search.next();
    while (!step.done) step = search.next(step.value.stage === 'mapped' && step.value.iteration === 4 ? 'stop' : undefined);
    expect(step.value).toMatchObject({ stoppedBy: 'interrupted', iterations: 7 });
  });

  it('stopped before its network is there, is the plain structure', () => {
    const network = { inputs: ['hp'], hidden: [2], outputs: ['fq'] } as unknown as NonNullable<Kernel['layout']['network']>;
    const hybrid: Kernel = { ...toy, layout: { ...toy.layout, structure: 'toy_mlp', network } };
    const problem = { ...problemFor(twin(() => 300)), plain: toy, mapping: { ...uniformly, weights: true } };
    const search = calibrating(problem, hybrid);
    let step = search.next();
    while (!step.done) step = search.next('stop');
    expect(step.value).toMatchObject({ stoppedBy: 'interrupted', mapping: { layout: { structure: 'toy' } } });
    expect(step.value.coefficients.correction).toBeUndefined();
  });

  it('is held near the prior by its weight', () => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5);
    const free = calibrate({ ...problemFor(observed), mapping: bySlope }, toy);
    const held = calibrate({ ...problemFor(observed), settings: { ...settings, priorWeight: 1 }, mapping: bySlope }, toy);
    expect(Math.abs(held.control[1]!)).toBeLessThan(Math.abs(free.control[1]!));
    expect(held.cost).toBeGreaterThan(free.cost);
  });

  it('goes along an L-curve, where a lighter weight always fits better and departs further, and keeps one of its fits', () => {
    const observed = twin(cell => 150 + 60 * cell ** 1.5).map((flow, k) => flow * (1 + 0.05 * Math.sin(5 * k)));
    const weights = [1, 0.1, 1e-2, 1e-3, 1e-4];
    const along = { ...settings, lCurve: weights };
    for (const mapping of [bySlope, uniformly]) {
      const { lCurve, priorWeight, cost } = calibrate({ ...problemFor(observed), settings: along, mapping }, toy);
      expect(lCurve!.map(({ weight }) => weight)).toEqual(weights);
      for (let k = 1; k < weights.length; k++) {
        expect(lCurve![k]!.misfit).toBeLessThanOrEqual(lCurve![k - 1]!.misfit * (1 + 1e-6));
        expect(lCurve![k]!.background).toBeGreaterThanOrEqual(lCurve![k - 1]!.background * (1 - 1e-6));
      }
      const chosen = lCurve!.find(({ weight }) => weight === priorWeight)!;
      expect(cost).toBeCloseTo(chosen.misfit, 12);
    }
  });
});
