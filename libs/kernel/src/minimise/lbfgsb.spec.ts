import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minimise, type MinimiseProblem } from './lbfgsb.js';

type Formula = (x: readonly number[]) => { cost: number; gradient: readonly number[] };
const NONE = Infinity;

/** Problems of Hock and Schittkowski (1981), Moré, Garbow and Hillstrom (1981) and the driver of L-BFGS-B 3.0. */
interface Known {
  readonly name: string;
  readonly formula: Formula;
  readonly start: readonly number[];
  readonly lower?: readonly number[];
  readonly upper?: readonly number[];
  readonly x?: readonly number[];
  readonly cost: number;
  /** Evaluations needed; those of Rosenbrock, HS1, HS2 (local), HS38, Beale, Powell and the driver are exactly those of scipy 1.17 (L-BFGS-B 3.0). */
  readonly evaluations: number;
}

const rosenbrock: Formula = ([a = 0, b = 0]) => ({
  cost: 100 * (b - a * a) ** 2 + (1 - a) ** 2,
  gradient: [-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)],
});

const beale: Formula = ([a = 0, b = 0]) => {
  const r = [1.5, 2.25, 2.625].map((y, k) => y - a * (1 - b ** (k + 1)));
  return {
    cost: r.reduce((sum, value) => sum + value * value, 0),
    gradient: [
      r.reduce((sum, value, k) => sum - 2 * value * (1 - b ** (k + 1)), 0),
      r.reduce((sum, value, k) => sum + 2 * value * a * (k + 1) * b ** k, 0),
    ],
  };
};

const powell: Formula = ([a = 0, b = 0, c = 0, d = 0]) => {
  const [f1, f2, f3, f4] = [a + 10 * b, c - d, b - 2 * c, a - d] as const;
  return {
    cost: f1 ** 2 + 5 * f2 ** 2 + f3 ** 4 + 10 * f4 ** 4,
    gradient: [2 * f1 + 40 * f4 ** 3, 20 * f1 + 4 * f3 ** 3, 10 * f2 - 8 * f3 ** 3, -10 * f2 - 40 * f4 ** 3],
  };
};

/** Extended Rosenbrock of the L-BFGS-B driver: its end point has alternate bounds active at the start only. */
const driver: Formula = x => {
  const gradient = x.map(() => 0);
  let cost = 0.25 * (x[0]! - 1) ** 2;
  gradient[0] = 2 * (x[0]! - 1);
  for (let i = 1; i < x.length; i++) {
    const r = x[i]! - x[i - 1]! ** 2;
    cost += r * r;
    gradient[i] = gradient[i]! + 8 * r;
    gradient[i - 1] = gradient[i - 1]! - 16 * x[i - 1]! * r;
  }
  return { cost: 4 * cost, gradient };
};

const colville: Formula = ([a = 0, b = 0, c = 0, d = 0]) => ({
  cost:
    100 * (b - a * a) ** 2 +
    (1 - a) ** 2 +
    90 * (d - c * c) ** 2 +
    (1 - c) ** 2 +
    10.1 * ((b - 1) ** 2 + (d - 1) ** 2) +
    19.8 * (b - 1) * (d - 1),
  gradient: [
    -400 * a * (b - a * a) - 2 * (1 - a),
    200 * (b - a * a) + 20.2 * (b - 1) + 19.8 * (d - 1),
    -360 * c * (d - c * c) - 2 * (1 - c),
    180 * (d - c * c) + 20.2 * (d - 1) + 19.8 * (b - 1),
  ],
});

const hs110: Formula = x => {
  const product = x.reduce((p, value) => p * value, 1) ** 0.2;
  return {
    cost: x.reduce((sum, value) => sum + Math.log(value - 2) ** 2 + Math.log(10 - value) ** 2, 0) - product,
    gradient: x.map(value => (2 * Math.log(value - 2)) / (value - 2) - (2 * Math.log(10 - value)) / (10 - value) - (0.2 * product) / value),
  };
};

const KNOWN: readonly Known[] = [
  { name: 'Rosenbrock', formula: rosenbrock, start: [-1.2, 1], x: [1, 1], cost: 0, evaluations: 45 },
  { name: 'HS1', formula: rosenbrock, start: [-2, 1], lower: [-NONE, -1.5], x: [1, 1], cost: 0, evaluations: 48 },
  { name: 'HS2', formula: rosenbrock, start: [2, 2], lower: [-NONE, 1.5], x: [1.2243707487, 1.5], cost: 0.0504261879, evaluations: 24 },
  // from the published start scipy 1.17 also ends in the local minimum, after 17 evaluations
  {
    name: 'HS2 (local)',
    formula: rosenbrock,
    start: [-2, 1],
    lower: [-NONE, 1.5],
    x: [-1.22102624, 1.5],
    cost: 4.941229317989185,
    evaluations: 17,
  },
  {
    name: 'HS3',
    formula: ([a = 0, b = 0]) => ({ cost: b + 1e-5 * (b - a) ** 2, gradient: [-2e-5 * (b - a), 1 + 2e-5 * (b - a)] }),
    start: [10, 1],
    lower: [-NONE, 0],
    x: [0, 0],
    cost: 0,
    evaluations: 5,
  },
  {
    name: 'HS4',
    formula: ([a = 0, b = 0]) => ({ cost: (a + 1) ** 3 / 3 + b, gradient: [(a + 1) ** 2, 1] }),
    start: [1.125, 0.125],
    lower: [1, 0],
    x: [1, 0],
    cost: 8 / 3,
    evaluations: 2,
  },
  {
    name: 'HS5',
    formula: ([a = 0, b = 0]) => ({
      cost: Math.sin(a + b) + (a - b) ** 2 - 1.5 * a + 2.5 * b + 1,
      gradient: [Math.cos(a + b) + 2 * (a - b) - 1.5, Math.cos(a + b) - 2 * (a - b) + 2.5],
    }),
    start: [0, 0],
    lower: [-1.5, -3],
    upper: [4, 3],
    x: [0.5 - Math.PI / 3, -0.5 - Math.PI / 3],
    cost: -Math.sqrt(3) / 2 - Math.PI / 3,
    evaluations: 9,
  },
  {
    name: 'HS38',
    formula: colville,
    start: [-3, -1, -3, -1],
    lower: [-10, -10, -10, -10],
    upper: [10, 10, 10, 10],
    x: [1, 1, 1, 1],
    cost: 0,
    evaluations: 34,
  },
  {
    name: 'HS45',
    formula: x => {
      const product = x.reduce((p, value) => p * value, 1);
      return { cost: 2 - product / 120, gradient: x.map(value => -product / value / 120) };
    },
    start: [2, 2, 2, 2, 2],
    lower: [1e-3, 1e-3, 1e-3, 1e-3, 1e-3],
    upper: [1, 2, 3, 4, 5],
    x: [1, 2, 3, 4, 5],
    cost: 1,
    evaluations: 9,
  },
  {
    name: 'HS110',
    formula: hs110,
    start: Array<number>(10).fill(9),
    lower: Array<number>(10).fill(2.001),
    upper: Array<number>(10).fill(9.999),
    x: Array<number>(10).fill(9.35025654),
    cost: -45.77846971,
    evaluations: 7,
  },
  { name: 'Beale', formula: beale, start: [1, 1], x: [3, 0.5], cost: 0, evaluations: 17 },
  { name: 'Beale in a box', formula: beale, start: [1, 1], lower: [0.6, 0.5], upper: [10, 100], x: [3, 0.5], cost: 0, evaluations: 5 },
  { name: 'Powell singular', formula: powell, start: [3, -1, 0, 1], cost: 0, evaluations: 56 },
  {
    name: 'driver of L-BFGS-B, n = 25',
    formula: driver,
    start: Array<number>(25).fill(3),
    lower: Array.from({ length: 25 }, (_, i) => (i % 2 === 0 ? 1 : -100)),
    upper: Array<number>(25).fill(100),
    cost: 0,
    evaluations: 39,
  },
];

function problemOf({ formula, start, lower, upper }: Pick<Known, 'formula' | 'start' | 'lower' | 'upper'>): MinimiseProblem {
  return {
    start: Float64Array.from(start),
    ...(lower && { lower: Float64Array.from(lower) }),
    ...(upper && { upper: Float64Array.from(upper) }),
    evaluate: (x, gradient) => {
      const value = formula([...x]);
      gradient.set(value.gradient);
      return value.cost;
    },
  };
}

describe('minimise (L-BFGS-B)', () => {
  it.each(KNOWN)('finds the known minimum of $name', known => {
    const found = minimise(problemOf(known), { costTolerance: 1e-14, gradientTolerance: 1e-7 });
    expect(found.cost).toBeCloseTo(known.cost, 8);
    known.x?.forEach((value, i) => {
      expect(found.x[i]).toBeCloseTo(value, 4);
    });
    expect(['gradient-tolerance', 'cost-tolerance']).toContain(found.reason);
    expect(found.evaluations).toBeLessThanOrEqual(known.evaluations);
  });

  it('satisfies the first-order conditions of random convex quadratics in random boxes', () => {
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    const quadratic = fc
      .integer({ min: 1, max: 12 })
      .chain(n =>
        fc.tuple(
          fc.array(number, { minLength: n * n, maxLength: n * n }),
          fc.array(fc.tuple(number, number, number), { minLength: n, maxLength: n }),
        ),
      );
    fc.assert(
      fc.property(quadratic, ([factor, rows]) => {
        const n = rows.length;
        const hessianTimes = (x: readonly number[]): number[] => {
          const inner = Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + factor[i * n + j]! * value, 0));
          return x.map((value, j) => value + inner.reduce((sum, v, i) => sum + factor[i * n + j]! * v, 0));
        };
        const lower = rows.map(([a, b]) => Math.min(a, b));
        const upper = rows.map(([a, b]) => Math.max(a, b));
        const formula: Formula = x => {
          const hx = hessianTimes(x);
          return {
            cost: x.reduce((sum, value, i) => sum + 0.5 * value * hx[i]! - rows[i]![2] * 3 * value, 0),
            gradient: hx.map((value, i) => value - rows[i]![2] * 3),
          };
        };
        const found = minimise(problemOf({ formula, start: rows.map(() => 0), lower, upper }), {
          costTolerance: 0,
          gradientTolerance: 1e-7,
        });
        expect(found.projectedGradient).toBeLessThan(1e-5);
        found.x.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(lower[i]!);
          expect(value).toBeLessThanOrEqual(upper[i]!);
        });
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('gives the same bits twice', () => {
    const first = minimise(problemOf(KNOWN.at(-1)!));
    const second = minimise(problemOf(KNOWN.at(-1)!));
    expect(second.x).toEqual(first.x);
    expect(second.evaluations).toBe(first.evaluations);
  });

  it('starts inside the box when it is told to start outside', () => {
    const found = minimise(problemOf({ formula: rosenbrock, start: [50, -50], lower: [0, 1.5], upper: [2, 3] }));
    expect(found.cost).toBeCloseTo(0.0504261879, 6);
  });

  it('shortens a step that leaves the domain of the cost', () => {
    const formula: Formula = ([a = 0]) => ({ cost: a - Math.log(a), gradient: [1 - 1 / a] });
    const found = minimise(problemOf({ formula, start: [30] }), { costTolerance: 1e-15, gradientTolerance: 1e-8 });
    expect(found.x[0]).toBeCloseTo(1, 6);
  });

  it('stops for the reason it names', () => {
    const problem = problemOf({ formula: rosenbrock, start: [-1.2, 1] });
    expect(minimise(problem, { maxIterations: 3 })).toMatchObject({ reason: 'iteration-limit', iterations: 3 });
    const limited = minimise(problem, { maxEvaluations: 5 });
    expect(limited.reason).toBe('evaluation-limit');
    expect(limited.evaluations).toBe(5);
    expect(minimise(problemOf({ formula: rosenbrock, start: [1, 1] })).reason).toBe('gradient-tolerance');
    expect(minimise(problemOf({ formula: () => ({ cost: NaN, gradient: [0, 0] }), start: [0, 0] })).reason).toBe('start-not-finite');
    expect(minimise(problemOf({ formula: () => ({ cost: 1, gradient: [NaN, 0] }), start: [0, 0] })).reason).toBe('start-not-finite');
  });

  it('names the step from which no cost is finite and keeps the point before it', () => {
    let calls = 0;
    const breaking: Formula = x => (++calls > 12 ? { cost: Infinity, gradient: [NaN, NaN] } : rosenbrock(x));
    const found = minimise(problemOf({ formula: breaking, start: [-1.2, 1] }));
    expect(found.reason).toBe(`diverged-at-${found.iterations + 1}`);
    expect(found.cost).toBe(rosenbrock([...found.x]).cost);
    expect(found.cost).toBeLessThan(rosenbrock([-1.2, 1]).cost);
  });

  it('says that it failed when the gradient is wrong', () => {
    const formula: Formula = ([a = 0]) => ({ cost: a * a, gradient: [-2 * a] });
    expect(minimise(problemOf({ formula, start: [1] })).reason).toBe('line-search-failed');
  });

  it('reports each iteration, with a cost that never rises', () => {
    const costs: number[] = [];
    minimise(problemOf({ formula: colville, start: [-3, -1, -3, -1] }), { onIteration: progress => costs.push(progress.cost) });
    expect(costs.length).toBeGreaterThan(5);
    costs.slice(1).forEach((cost, i) => {
      expect(cost).toBeLessThanOrEqual(costs[i]!);
    });
  });
});
