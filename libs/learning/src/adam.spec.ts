import { describe, expect, it } from '@jest/globals';
import type { MinimiseProgress } from '#kernel';
import { adam, adamSteps, clipped } from './adam.js';

/** Rosenbrock's valley, minimum 0 at (1, 1). */
const rosenbrock = (x: Float64Array, gradient: Float64Array): number => {
  const [a, b] = [1 - x[0]!, x[1]! - x[0]! ** 2];
  gradient.set([-2 * a - 400 * x[0]! * b, 200 * b]);
  return a * a + 100 * b * b;
};
const bowl = (x: Float64Array, gradient: Float64Array): number => {
  gradient.set(x.map((value, i) => 2 * 10 ** i * (value - i)));
  return x.reduce((sum, value, i) => sum + 10 ** i * (value - i) ** 2, 0);
};

describe('adam', () => {
  it('finds the minimum of a bowl of unequal scales and of the banana valley', () => {
    const found = adam({ start: new Float64Array(4), evaluate: bowl }, { iterations: 500, rate: 0.1 });
    found.x.forEach((value, i) => {
      expect(value).toBeCloseTo(i, 3);
    });
    const valley = adam({ start: Float64Array.from([-1.2, 1]), evaluate: rosenbrock }, { iterations: 5000, rate: 0.05 });
    expect(valley.cost).toBeLessThan(1e-5);
  });

  it('takes a first step of the rate in every component, whatever the gradient', () => {
    const seen: number[][] = [];
    const evaluate = (x: Float64Array, gradient: Float64Array): number => {
      seen.push([...x]);
      return bowl(x, gradient);
    };
    adam({ start: Float64Array.from([5, 5]), evaluate }, { iterations: 2, rate: 0.3 });
    seen[1]!.forEach(value => {
      expect(value).toBeCloseTo(4.7, 6);
    });
  });

  it('stays inside its bounds', () => {
    const bounds = { lower: Float64Array.from([-1, 0.2]), upper: Float64Array.from([1, 0.5]) };
    const found = adam({ start: Float64Array.from([0, 0.3]), ...bounds, evaluate: bowl }, { iterations: 300, rate: 0.1 });
    expect(found.x[0]).toBeCloseTo(0, 3);
    expect(found.x[1]).toBe(0.5);
  });

  it('stops at a cost a hundred times that of the start', () => {
    const cliff = (x: Float64Array, gradient: Float64Array): number => {
      gradient.set([1]);
      return x[0]! < -1 ? 500 : 1 + x[0]!;
    };
    const found = adam({ start: new Float64Array(1), evaluate: cliff }, { iterations: 50, rate: 0.4 });
    expect([found.reason, found.cost < 0.3, found.x[0]! > -1]).toEqual(['diverged-at-4', true, true]);
  });

  it('ends at the best control when it is told to', () => {
    const search = adamSteps({ start: Float64Array.from([3, 3]), evaluate: bowl }, { iterations: 50, rate: 0.1 });
    search.next();
    const { iteration, cost } = search.next().value as MinimiseProgress;
    expect(search.next('stop')).toMatchObject({ done: true, value: { reason: 'interrupted', iterations: iteration, cost } });
  });

  it('stops at a cost or gradient that is not finite, keeps the best control and says the step', () => {
    const from = (step: number, broken: 'cost' | 'gradient') => {
      let calls = 0;
      return (x: Float64Array, gradient: Float64Array): number => {
        const cost = bowl(x, gradient);
        calls += 1;
        if (calls === step && broken === 'gradient') gradient[0] = Infinity;
        return calls === step && broken === 'cost' ? NaN : cost;
      };
    };
    for (const broken of ['cost', 'gradient'] as const) {
      const found = adam({ start: Float64Array.from([3, 3]), evaluate: from(7, broken) }, { iterations: 50, rate: 0.1 });
      expect(found.reason).toBe('diverged-at-7');
      expect(found.cost).toBeCloseTo(bowl(found.x, new Float64Array(2)), 12);
      expect(found.cost).toBeLessThan(49);
    }
  });
});

describe('clipped', () => {
  const second = Float64Array.from([9, 16]).map(mean => mean * (1 - 0.9 ** 20)); // as if every gradient so far had a length of 5
  const met = { step: 20, first: new Float64Array(2), second };

  it('shortens a gradient that is longer than usual, and keeps its direction', () => {
    const [x, y] = clipped(Float64Array.from([30, 40]), met, 0.9);
    expect([x, y]).toEqual([expect.closeTo(3, 9), expect.closeTo(4, 9)]);
  });

  it('leaves a shorter one alone, and the first few', () => {
    const [short, long] = [Float64Array.from([1, -2]), Float64Array.from([30, 40])];
    expect(clipped(short, met, 0.9)).toBe(short);
    expect(clipped(long, { ...met, step: 4 }, 0.9)).toBe(long);
  });
});
