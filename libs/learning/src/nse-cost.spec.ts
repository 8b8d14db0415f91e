import { describe, expect, it } from '@jest/globals';
import { nse } from '#verification';
import { nseCost } from './nse-cost.js';

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
