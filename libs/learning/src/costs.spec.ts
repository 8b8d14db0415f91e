import { describe, expect, it } from '@jest/globals';
import { kge, nse } from '#verification';
import { efficiencyCost, nseCost, type Criterion } from './costs.js';

const steps = 6;
const observed = Float64Array.from([NaN, 2, 5, 9, NaN, 3, 1, 1, 2, 4, 3, 2, 7, 7, 7, 7, 7, 8]);
const simulated = Float64Array.from([50, 2.2, 4, 8, 60, 3.3, 1.1, 1.2, 2, 3, 3, 2, 0, 0, 0, 0, 0, 0]);

describe('nseCost', () => {
  const cost = nseCost({ observed, steps, stations: [0, 1] });

  it('is the mean of 1 − NSE over the chosen stations', () => {
    const scoreOf = (station: number): number =>
      nse({
        simulated: simulated.subarray(station * steps, (station + 1) * steps),
        observed: observed.subarray(station * steps, (station + 1) * steps),
      });
    expect(cost(simulated, new Float64Array(18))).toBeCloseTo(1 - (scoreOf(0) + scoreOf(1)) / 2, 12);
  });

  it('fills its derivative and leaves zeros where nothing counts', () => {
    const adjoint = new Float64Array(18).fill(9);
    cost(simulated, adjoint);
    for (let k = 0; k < 18; k++) {
      const shifted = (by: number): number =>
        cost(
          simulated.map((value, i) => (i === k ? value + by : value)),
          new Float64Array(18),
        );
      expect(adjoint[k]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 7);
    }
    expect([...adjoint.subarray(12)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(adjoint[0]).toBe(0);
  });

  it('is not finite when the simulation is not', () => {
    expect(
      cost(
        simulated.map((value, k) => (k === 2 ? NaN : value)),
        new Float64Array(18),
      ),
    ).toBeNaN();
  });
});

describe('efficiencyCost', () => {
  const target = { observed, steps, stations: [0, 1] };
  const one = (efficiency: Criterion['efficiency'], transform: Criterion['transform'] = 'keep'): Criterion[] => [
    { efficiency, transform, weight: 1 },
  ];
  const pairsOf = (station: number, of: (value: number) => number = value => value) => ({
    simulated: simulated.subarray(station * steps, (station + 1) * steps).map(of),
    observed: observed.subarray(station * steps, (station + 1) * steps).map(of),
  });
  const valueOf = (criteria: Criterion[], stations = [0, 1], weights?: number[]): number =>
    efficiencyCost({ ...target, stations, ...(weights && { weights }) }, criteria)(simulated, new Float64Array(18));

  it('is one minus the efficiency that verification computes', () => {
    expect(valueOf(one('kge'), [0])).toBeCloseTo(1 - kge(pairsOf(0)), 12);
    expect(valueOf(one('nnse'), [1])).toBeCloseTo(1 - 1 / (2 - nse(pairsOf(1))), 12);
    const offset = 0.01 * (19 / 4);
    expect(valueOf(one('nse', 'log'), [0])).toBeCloseTo(1 - nse(pairsOf(0, value => Math.log(value + offset))), 12);
    expect(valueOf(one('kge', 'sqrt'), [0])).toBeCloseTo(1 - kge(pairsOf(0, value => Math.sqrt(value + offset))), 12);
  });

  it('weighs the gauges and adds its terms, each from the discharge itself', () => {
    const [first, second] = [valueOf(one('nse'), [0]), valueOf(one('nse'), [1])];
    expect(valueOf(one('nse'), [0, 1], [3, 1])).toBeCloseTo((3 * first + second) / 4, 12);
    const both: Criterion[] = [
      { efficiency: 'nse', transform: 'sqrt', weight: 0.4 },
      { efficiency: 'kge', transform: 'keep', weight: 0.6 },
    ];
    expect(valueOf(both)).toBeCloseTo(0.4 * valueOf(one('nse', 'sqrt')) + 0.6 * valueOf(one('kge')), 12);
  });

  it.each((['nse', 'nnse', 'kge'] as const).flatMap(name => (['keep', 'sqrt', 'log'] as const).map(kind => [name, kind] as const)))(
    'fills the derivative of %s of %s',
    (efficiency, transform) => {
      const cost = efficiencyCost(target, one(efficiency, transform));
      const adjoint = new Float64Array(18);
      cost(simulated, adjoint);
      for (let k = 0; k < 18; k++) {
        const at = (by: number): number =>
          cost(
            simulated.map((value, i) => (i === k ? value + by : value)),
            new Float64Array(18),
          );
        expect(adjoint[k]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
      }
    },
  );
});
