import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '#errors';
import { createKernel, type KernelRecipe } from './create-kernel.js';
import type { Cost, Kernel, RainFactors, RunRequest } from './kernel.js';
import { loadColumn, routingNames, structureNames } from './generated-module.js';
import { forestMesh, perturbation, problemOf, type Problem } from './test-problem.js';

/** What a precision allows: relative to the size of the thing compared. */
interface Tolerance {
  readonly dotProduct: number;
  /** Steps of the Taylor test as shares of the perturbation: large enough to stand above rounding. */
  readonly taylorSteps: readonly [number, number];
  readonly taylorRatio: readonly [number, number];
  /** Step of the central differences as a share of each value: small enough to pass few kinks, large enough for the rounding. */
  readonly differenceStep: number;
}

const TOLERANCES: Readonly<Record<'f64' | 'f32', Tolerance>> = {
  f64: { dotProduct: 1e-12, taylorSteps: [2e-5, 1e-5], taylorRatio: [1.8, 2.2], differenceStep: 1e-4 },
  f32: { dotProduct: 1e-4, taylorSteps: [0.25, 0.125], taylorRatio: [1.6, 2.4], differenceStep: 0.02 },
};

const BALANCE = 1e-4;

/** What is held to the contract: by default every structure with every routing; those with impervious ground have a spec of their own. */
export interface Subjects {
  readonly structures?: readonly string[];
  readonly routings?: readonly string[];
  readonly make?: (recipe: KernelRecipe) => Kernel;
}

/**
/**
 * Every structure with every routing; what differs from another in its column only (one with a network, or with ssn before it) with the
 * kinematic wave: columns and reaches are compiled apart and meet in one series.
 */
export function pairsOf(structures: readonly string[], routings: readonly string[]): { structure: string; routing: string }[] {
  const isVariant = (name: string): boolean =>
    structureNames().includes(name) && (name.startsWith('ssn_') ? name !== 'ssn_gr4' : loadColumn(name).network !== undefined);
  return structures.flatMap(structure => (isVariant(structure) ? ['kw'] : routings).map(routing => ({ structure, routing })));
}

/** What every kernel must do; each back end runs it. */
export function kernelContract(precision: 'f64' | 'f32', subjects: Subjects = {}): void {
  const tolerance = TOLERANCES[precision];
  const {
    structures = structureNames().filter(name => !name.endsWith('_sealed')),
    routings = routingNames(),
    make = createKernel,
  } = subjects;
  const pairs = pairsOf(structures, routings);

  describe.each(pairs)(`$structure-$routing in ${precision}`, ({ structure, routing }) => {
    const subject = { structure, routing, precision, make };
    const problem = problemOf({ ...subject, cells: 61, steps: 150, seed: 3 });
    const { kernel, request } = problem;

    test('tangent and adjoint are transposes of each other', () => {
      const weights = problem.random(kernel.layout.stationCount * request.forcing.steps);
      const direction = perturbation(problem, 0.05);
      const { derivative } = kernel.tangent(request, direction);
      const gradient = kernel.gradient(request, linearCost(weights));
      const left = dot(weights, derivative);
      const right =
        dot(direction.parameters, gradient.parameters) +
        dot(direction.initialState, gradient.initialState) +
        dot(direction.rainFactors, gradient.rainFactors) +
        dot(direction.weights, gradient.weights);
      const scale = weights.reduce((total, weight, i) => total + Math.abs(weight * derivative[i]!), 0);
      expect(Math.abs(left - right)).toBeLessThan(tolerance.dotProduct * scale);
    });

    // of several directions the middle one: along a single one the run may pass a kink between the two steps
    test('the Taylor remainder of a whole run is of second order', () => {
      const { cost, parameters, initialState, rainFactors, weights } = kernel.gradient(request, squareCost);
      const orders = Array.from({ length: 5 }, () => {
        const direction = perturbation(problem, 0.2);
        const slope =
          dot(direction.parameters, parameters) +
          dot(direction.initialState, initialState) +
          dot(direction.rainFactors, rainFactors) +
          dot(direction.weights, weights);
        const costAt = (share: number) => squareCost(kernel.run(moved(request, direction, share)).discharge, new Float64Array(0));
        const [one, two] = tolerance.taylorSteps.map(share => Math.abs(costAt(share) - cost - share * slope)) as [number, number];
        return Math.log(one / two) / Math.log(tolerance.taylorSteps[0] / tolerance.taylorSteps[1]);
      });
      const order = orders.sort((a, b) => a - b)[2]!;
      expect(order).toBeGreaterThan(tolerance.taylorRatio[0]);
      expect(order).toBeLessThan(tolerance.taylorRatio[1]);
    });

    test('the gradient is that of finite differences, parameter by parameter', () => {
      const { parameters, initialState, rainFactors, weights } = kernel.gradient(request, squareCost);
      const n = kernel.layout.cellCount;
      const share = tolerance.differenceStep;
      const costAt = (changed: RunRequest) => squareCost(kernel.run(changed).discharge, new Float64Array(0));
      const compare = (what: string, values: Float64Array, gradient: Float64Array, change: (values: Float64Array) => RunRequest) => {
        const step = values.map(value => share * value);
        const slope = dot(step, gradient);
        const central = (costAt(change(values.map((v, i) => v + step[i]!))) - costAt(change(values.map((v, i) => v - step[i]!)))) / 2;
        const size = costAt(request);
        expect({ what, ok: Math.abs(central - slope) <= 2e-2 * Math.abs(central) + 5e-4 * share * size }).toEqual({ what, ok: true });
      };
      const only = (all: Float64Array, row: number) => all.map((value, i) => (Math.floor(i / n) === row ? value : 0));
      kernel.layout.parameters.forEach((id, row) => {
        compare(id, only(request.parameters, row), parameters, changed => ({
          ...request,
          parameters: request.parameters.map((v, i) => (Math.floor(i / n) === row ? changed[i]! : v)),
        }));
      });
      kernel.layout.states.forEach((id, row) => {
        compare(id, only(request.initialState, row), initialState, changed => ({
          ...request,
          initialState: request.initialState.map((v, i) => (Math.floor(i / n) === row ? changed[i]! : v)),
        }));
      });
      if (weights.length > 0) compare('weights', request.weights!, weights, changed => ({ ...request, weights: changed }));
      compare('rain factors', factorsOf(request).values, rainFactors, values => ({
        ...request,
        rainFactors: { ...factorsOf(request), values },
      }));
    });

    test('the water of a run adds up', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 120 }), (seed, steps) => {
          const other = problemOf({ ...subject, cells: 17, steps, seed });
          const { massBalance } = other.kernel.run(other.request);
          expect(Math.abs(massBalance.relativeError)).toBeLessThan(BALANCE);
        }),
        { numRuns: 10 },
      );
    });

    test('a restart goes on exactly, bit for bit', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 149 }), cut => {
          const whole = kernel.run({ ...request, everyCell: true });
          const first = kernel.run(slice(problem, 0, cut));
          const second = kernel.run({ ...slice(problem, cut, request.forcing.steps), initialState: first.finalState, everyCell: true });
          expectSameBits(second.finalState, whole.finalState);
          expectSameBits(second.everyCell!, whole.everyCell!.slice(cut * kernel.layout.cellCount));
        }),
        { numRuns: 12 },
      );
    });

    test('the same request gives the same bits, whatever ran before', () => {
      const before = kernel.run(request);
      const gradient = kernel.gradient(request, squareCost);
      kernel.tangent(request, perturbation(problem, 0.1));
      kernel.run({ ...slice(problem, 3, 40) });
      expect(kernel.run(request)).toEqual(before);
      expect(kernel.gradient(request, squareCost)).toEqual(gradient);
      const fresh = problemOf({ ...subject, cells: 61, steps: 150, seed: 3 });
      expect(fresh.kernel.gradient(fresh.request, squareCost)).toEqual(gradient);
      expect(gradient.discharge).toEqual(before.discharge);
    });
  });
}

/** What does not depend on the structure: requests, tapes, names. */
export function requestContract(precision: 'f64' | 'f32'): void {
  test(`a gradient that does not keep its tape gives the same bits (${precision})`, () => {
    const size = { routing: 'kw', precision, cells: 47, steps: 60, seed: 4 };
    const [kept, repeated] = [problemOf(size), problemOf({ ...size, largestTape: 0 })];
    expect(repeated.kernel.gradient(repeated.request, squareCost)).toEqual(kept.kernel.gradient(kept.request, squareCost));
  });

  describe(`requests in ${precision}`, () => {
    const problem = problemOf({ routing: 'kw', precision, cells: 12, steps: 24, seed: 11 });
    const { kernel, request } = problem;
    const n = kernel.layout.cellCount;

    test('missing forcing brings no water, keeps hi and hp, and drains ht', () => {
      const rain = new Float32Array(24 * n).fill(-99);
      const pet = new Float32Array(24 * n).fill(NaN);
      const { finalState, massBalance } = kernel.run({ ...request, forcing: { steps: 24, rain, pet } });
      const single = (values: Float64Array) => (precision === 'f32' ? Float64Array.from(new Float32Array(values)) : values);
      expect(finalState.slice(0, 2 * n)).toEqual(single(request.initialState.slice(0, 2 * n)));
      for (let cell = 0; cell < n; cell++) expect(finalState[2 * n + cell]).toBeLessThan(request.initialState[2 * n + cell]!);
      expect(massBalance.rain).toBe(0);
      expect(massBalance.exchange).toBeCloseTo(0, 4);
    });

    test('rain that is missing is missing even where PET is known, and the other way round', () => {
      const gone = (field: Float32Array) => field.map((value, i) => (i % 5 === 0 ? -1 : value));
      const [rain, pet] = [gone(request.forcing.rain), gone(request.forcing.pet)];
      const both = kernel.run({ ...request, forcing: { steps: 24, rain, pet } });
      expect(kernel.run({ ...request, forcing: { steps: 24, rain, pet: request.forcing.pet } })).toEqual(both);
      expect(kernel.run({ ...request, forcing: { steps: 24, rain: request.forcing.rain, pet } })).toEqual(both);
    });

    test('a rain factor multiplies the rain of its zone and block', () => {
      const { zoneOfCell, blockOfStep, blocks, values } = factorsOf(request);
      const rain = request.forcing.rain.map(
        (value, i) => value * Math.fround(values[zoneOfCell[i % n]! * blocks + blockOfStep[Math.floor(i / n)]!]!),
      );
      const plain = { forcing: request.forcing, parameters: request.parameters, initialState: request.initialState };
      const multiplied = kernel.run({ ...plain, forcing: { ...request.forcing, rain } });
      const factored = kernel.run(request);
      factored.discharge.forEach((value, i) => {
        expect(Math.abs(value - multiplied.discharge[i]!)).toBeLessThan(1e-4 * (value + 1e-3));
      });
    });

    test('with true links the kinematic wave takes longer where they are longer, and as long where they are not', () => {
      const mesh = forestMesh(12, 11); // one column of cells, so a link is the y size
      const empty = request.initialState.slice().fill(0, kernel.layout.states.indexOf('q') * n);
      const volume = (height: number, reachLength: 'cell' | 'link') => {
        const sized = { ...mesh, areaM2: mesh.areaM2.map(() => 1000 * height) };
        const recipe = { structure: 'gr4', routing: 'kw', mesh: sized, stationCells: [11], stepSeconds: 3600, precision, reachLength };
        return createKernel(recipe)
          .run({ ...request, initialState: empty })
          .discharge.reduce((a, b) => a + b, 0);
      };
      expect(volume(1000, 'link')).toBe(volume(1000, 'cell'));
      expect(volume(3000, 'link')).toBeLessThan(0.98 * volume(3000, 'cell')); // more of it is still on its way
    });

    test.each([
      ['cp', NaN, 'cp of cell 5 is NaN; production capacity: must be above 0'],
      ['cp', -3, 'cp of cell 5 is -3; production capacity: must be above 0'],
      ['akw', 0, 'akw of cell 5 is 0; kinematic wave coefficient: must be above 0'],
      ['kexc', Infinity, 'kexc of cell 5 is Infinity; exchange coefficient: must be a number'],
    ] as const)('%s = %d is refused before the run, naming the cell and the bound', (id, value, message) => {
      const parameters = request.parameters.slice();
      parameters[kernel.layout.parameters.indexOf(id) * n + 5] = value;
      for (const call of [() => kernel.run({ ...request, parameters }), () => kernel.gradient({ ...request, parameters }, squareCost)])
        expect(call).toThrow(message);
    });

    test.each([
      ['ht', 1.2, 'ht of cell 7 is 1.2; transfer store: must lie in [0, 1]'],
      ['q', NaN, 'q of cell 7 is NaN; channel discharge: must be a number'],
    ] as const)('a state %s = %d is refused before the run, naming the cell and the bound', (id, value, message) => {
      const initialState = request.initialState.slice();
      initialState[kernel.layout.states.indexOf(id) * n + 7] = value;
      expect(() => kernel.run({ ...request, initialState })).toThrow(message);
    });

    test('arrays of the wrong length are refused by name', () => {
      expect(() => kernel.run({ ...request, parameters: request.parameters.slice(1) })).toThrow(/parameters has .* values/);
    });
  });

  test(`an unknown structure is named with those there are (${precision})`, () => {
    const mesh = forestMesh(3, 1);
    const make = (structure: string, routing: string) =>
      createKernel({ structure, routing, mesh, stationCells: [0], stepSeconds: 900, precision });
    expect(() => make('gr9', 'kw')).toThrow(/gr4/);
    expect(() => make('gr4', 'hayami')).toThrow(/kw, lag0, lr, maxbas, zero/);
    try {
      createKernel({ structure: 'gr4', routing: 'kw', mesh, stationCells: [3], stepSeconds: 900, precision });
    } catch (error) {
      expect(isFault(error) && error.message).toMatch(/cell 3/);
    }
    expect.assertions(3);
  });
}

/** Jest compares typed arrays number by number, slowly; bytes are what is meant here. */
function expectSameBits(actual: Float64Array, expected: Float64Array): void {
  expect(
    Buffer.from(actual.buffer, actual.byteOffset, actual.byteLength).equals(
      Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength),
    ),
  ).toBe(true);
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, value, i) => total + value * b[i]!, 0);

const linearCost =
  (weights: Float64Array): Cost =>
  (discharge, adjoint) => {
    adjoint.set(weights);
    return dot(weights, discharge);
  };

const squareCost: Cost = (discharge, adjoint) => {
  if (adjoint.length > 0)
    discharge.forEach((value, i) => {
      adjoint[i] = 2 * value;
    });
  return dot(discharge, discharge);
};

const factorsOf = (request: RunRequest): RainFactors => request.rainFactors!;

function moved(request: RunRequest, direction: ReturnType<typeof perturbation>, share: number): RunRequest {
  const along = (values: Float64Array, by: Float64Array) => values.map((value, i) => value + share * by[i]!);
  return {
    ...request,
    parameters: along(request.parameters, direction.parameters),
    initialState: along(request.initialState, direction.initialState),
    rainFactors: { ...factorsOf(request), values: along(factorsOf(request).values, direction.rainFactors) },
    weights: along(request.weights ?? new Float64Array(0), direction.weights),
  };
}

/** The same problem over steps from … to. */
function slice({ kernel, request }: Pick<Problem, 'request'> & { readonly kernel: Kernel }, from: number, to: number): RunRequest {
  const n = kernel.layout.cellCount;
  const { rain, pet, temperature } = request.forcing;
  const cut = (field: Float32Array) => field.slice(from * n, to * n);
  const sky = { steps: to - from, rain: cut(rain), pet: cut(pet) };
  return {
    ...request,
    forcing: temperature ? { ...sky, temperature: cut(temperature) } : sky,
    rainFactors: { ...factorsOf(request), blockOfStep: factorsOf(request).blockOfStep.slice(from, to) },
  };
}
