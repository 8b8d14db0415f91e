import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VARIABLES } from '#hydrology';
import { correctedHbvResponse, correctedHbvSoil } from './hbv-correction.js';
import { hbvResponse, stepRate } from './hbv-response.js';
import { hbvSoil } from './hbv-soil.js';
import { triangleBetween, triangularWeighting } from './triangular-weighting.js';

const DAY = 86400;
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const bounded = (id: keyof typeof VARIABLES) => number(VARIABLES[id].min, VARIABLES[id].max);

describe('the soil routine of HBV-light', () => {
  /** Water let in so many parts of a millimetre at a time, as HBV-light does by whole ones. */
  function inSmallParts(insoil: number, SM: number, FC: number, BETA: number): number {
    const parts = Math.ceil(insoil * 50);
    let soil = SM;
    for (let i = 0; i < parts; i++) soil = Math.min(FC, soil + (insoil / parts) * (1 - Math.min(1, soil / FC) ** BETA));
    return soil;
  }

  test('takes in what many small parts of the same water would', () => {
    for (const [insoil, SM, FC, BETA] of [[1, 60, 200, 2], [5, 120, 200, 3], [10, 20, 150, 1.5], [20, 100, 300, 4]] as const) {
      const gain = inSmallParts(insoil, SM, FC, BETA) - SM;
      expect(Math.abs(hbvSoil(insoil, 0, SM, FC, 1, BETA).SM - SM - gain)).toBeLessThan(2e-3 * gain);
    }
  }); // prettier-ignore

  test('300 mm at once fill the soil and recharge with the rest', () => {
    const { SM, recharge } = hbvSoil(300, 0, 50, 200, 1, 2);
    expect(SM).toBeGreaterThan(0.95 * inSmallParts(300, 50, 200, 2));
    expect(SM + recharge).toBeCloseTo(350, 10);
  });

  test('evaporates E·min(1, SM/(FC·LP))', () => {
    expect(hbvSoil(0, 2, 60, 200, 0.6, 2).ea).toBeCloseTo(2 * (60 / 120), 12);
    expect(hbvSoil(0, 2, 150, 200, 0.6, 2).ea).toBe(2);
  });

  test('keeps every drop and stays within [0, FC]', () => {
    const parameters = fc.tuple(bounded('FC'), bounded('LP'), bounded('BETA'));
    fc.assert(
      fc.property(number(0, 300), number(0, 20), number(0, 1), parameters, (insoil, E, filling, [FC, LP, BETA]) => {
        const { recharge, ea, SM } = hbvSoil(insoil, E, filling * FC, FC, LP, BETA);
        expect(recharge).toBeGreaterThanOrEqual(0);
        expect(ea).toBeLessThanOrEqual(E);
        expect(SM).toBeGreaterThanOrEqual(0);
        expect(SM).toBeLessThanOrEqual(FC * (1 + 1e-12));
        expect(SM + ea + recharge).toBeCloseTo(filling * FC + insoil, 9);
      }),
    );
  });
});

describe('the corrections of HBV-light', () => {
  test('keep every drop, every box within its bounds and evaporation within the demand, whatever the network says', () => {
    const parameters = fc.tuple(bounded('FC'), bounded('LP'), bounded('BETA'), bounded('PERC'), bounded('UZL'));
    const boxes = fc.tuple(number(0, 1), number(0, 300), number(0, 300));
    const outputs = fc.tuple(number(-50, 50), number(-50, 50), number(-50, 50), number(-50, 50));
    fc.assert(
      fc.property(
        number(0, 300),
        number(0, 20),
        parameters,
        boxes,
        outputs,
        (insoil, E, [FC, LP, BETA, PERC, UZL], [filling, SUZ, SLZ], z) => {
          const soil = correctedHbvSoil(insoil, E, filling * FC, FC, LP, BETA, z[0], z[1]);
          expect(soil.recharge).toBeGreaterThanOrEqual(-1e-12);
          expect(soil.ea).toBeLessThanOrEqual(E);
          expect(soil.SM).toBeGreaterThanOrEqual(0);
          expect(soil.SM).toBeLessThanOrEqual(FC * (1 + 1e-12));
          expect(soil.SM + soil.ea + soil.recharge).toBeCloseTo(filling * FC + insoil, 9);
          const after = correctedHbvResponse(soil.recharge, SUZ, SLZ, PERC, UZL, 0.4, 0.2, 0.05, 900, z[2], z[3]);
          for (const value of [after.SUZ, after.SLZ, after.qt]) expect(value).toBeGreaterThanOrEqual(-1e-12);
          expect(after.SUZ + after.SLZ + after.qt).toBeCloseTo(SUZ + SLZ + soil.recharge, 9);
        },
      ),
    );
  });
});

describe('the response routine of HBV-light', () => {
  test('a day of steps empties the share K of a box, whatever the step', () => {
    for (const K of [1e-3, 0.05, 0.4]) {
      expect(stepRate(K, DAY)).toBeCloseTo(K, 14);
      for (const step of [300, 900, 3600]) expect(1 - (1 - stepRate(K, step)) ** (DAY / step)).toBeCloseTo(K, 12);
    }
  });

  test('at a daily step it is K0·max(0, SUZ − UZL) + K1·SUZ + K2·SLZ after percolation', () => {
    const { q0, q1, q2, SUZ, SLZ, qt } = hbvResponse(6, 30, 40, 2, 20, 0.3, 0.1, 0.05, DAY);
    expect([q0, q1, q2]).toEqual([expect.closeTo(0.3 * 14, 12), expect.closeTo(3.4, 12), expect.closeTo(2.1, 12)]);
    expect([SUZ, SLZ, qt]).toEqual([expect.closeTo(34 - 7.6, 12), expect.closeTo(39.9, 12), expect.closeTo(9.7, 12)]);
  });

  test('keeps every drop and empties no box below nothing', () => {
    const parameters = fc.tuple(bounded('PERC'), bounded('UZL'), bounded('K0'), bounded('K1'), bounded('K2'));
    fc.assert(
      fc.property(number(0, 300), number(0, 300), number(0, 300), parameters, (recharge, upper, lower, [PERC, UZL, K0, K1, K2]) => {
        const { SUZ, SLZ, qt } = hbvResponse(recharge, upper, lower, PERC, UZL, K0, K1, K2, DAY);
        expect(Math.min(SUZ, SLZ, qt)).toBeGreaterThanOrEqual(0);
        expect(SUZ + SLZ + qt).toBeCloseTo(recharge + upper + lower, 9);
      }),
    );
  });
});

describe('MAXBAS', () => {
  /** The integral of 2/MAXBAS − |u − MAXBAS/2|·4/MAXBAS² from i − 1 to i, as the paper has it, by the midpoint rule. */
  function published(i: number, base: number): number {
    const parts = 4000;
    let sum = 0;
    for (let k = 0; k < parts; k++) {
      const u = i - 1 + (k + 0.5) / parts;
      if (u < base) sum += 2 / base - (Math.abs(u - base / 2) * 4) / base ** 2;
    }
    return sum / parts;
  }

  test.each([1, 2, 2.5, 5, 7.3, 24])('the weights of a base of %d steps are those of the paper', base => {
    const weights = Array.from({ length: 24 }, (_, i) => triangleBetween(i, base));
    weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(published(i + 1, base), 5);
    });
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  const lineIds = Array.from({ length: 23 }, (_, i) => `uh${i + 1}`);
  const empty = () => lineIds.map(() => 0);
  function pass(runoff: number, qup: number, { base, line }: { base: number; line: number[] }) {
    const weighting = triangularWeighting as unknown as (...args: number[]) => Record<string, number>;
    const result = weighting(runoff, qup, base, DAY, ...line);
    return { Q: result['Q']!, line: lineIds.map(id => result[id]!) };
  }

  test('a pulse leaves as the triangle, what comes from above at once', () => {
    let line = empty();
    const outflow: number[] = [];
    for (let t = 0; t < 6; t++) {
      const step = pass(t === 0 ? 1 : 0, t === 2 ? 10 : 0, { base: 4, line });
      outflow.push(step.Q);
      line = step.line;
    }
    expect(outflow).toEqual([0.125, 0.375, 10.375, 0.125, 0, 0].map(q => expect.closeTo(q, 12)));
  });

  test('keeps every drop, also where the base is cut to the line', () => {
    fc.assert(
      fc.property(number(0.01, 60), fc.array(number(0, 50), { minLength: 30, maxLength: 60 }), (base, runoff) => {
        let line = empty();
        let sent = 0;
        for (const q of [...runoff, ...empty()]) {
          const step = pass(q, 0, { base, line });
          sent += step.Q;
          line = step.line;
        }
        expect(sent).toBeCloseTo(
          runoff.reduce((a, b) => a + b),
          8,
        );
        for (const waiting of line) expect(waiting).toBe(0);
      }),
    );
  });
});
