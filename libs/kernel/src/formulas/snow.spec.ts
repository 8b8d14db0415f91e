import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VARIABLES } from '#hydrology';
import { degreeDay } from './degree-day.js';
import { hbvSnow } from './hbv-snow.js';

/** How the kernel packs a temperature that is missing. */
const MISSING = -99;

describe('ssn', () => {
  test('parts precipitation by 1 − 1/(1 + e^(2.5T − 1)) and melts kmlt for each degree, at most the pack', () => {
    const shareOfRain = (T: number) => 1 - 1 / (1 + Math.exp(2.5 * T - 1));
    for (const T of [-12, -1, -0.2, 0, 0.3, 0.4, 1, 3, 15]) {
      const { P, hs, melt } = degreeDay(4, T, 1, 2, 0.5);
      const pack = 2 + 4 * (1 - shareOfRain(T));
      expect(melt).toBeCloseTo(Math.min(pack, Math.max(0, 0.5 * T)), 12);
      expect(hs).toBeCloseTo(pack - melt, 12);
      expect(P).toBeCloseTo(4 * shareOfRain(T) + melt, 12);
    }
  });

  test('a missing temperature leaves the pack alone and lets everything fall as rain', () => {
    expect(degreeDay(4, MISSING, 1, 2, 0.5)).toEqual({ precipitation: 4, P: 4, melt: 0, hs: 2 });
  });

  test('missing rain or PET leaves the pack alone in the warmest hour', () => {
    expect(degreeDay(0, 30, 0, 2, 0.5)).toEqual({ precipitation: 0, P: 0, melt: 0, hs: 2 });
  });

  test('keeps every drop', () => {
    const inputs = fc.tuple(number(0, 300), number(-40, 40), fc.constantFrom(0, 1), number(0, 1000), bounded('kmlt'));
    fc.assert(
      fc.property(inputs, ([fallen, T, known, pack, kmlt]) => {
        const { P, hs } = degreeDay(fallen, T, known, pack, kmlt);
        expect(Math.min(P, hs)).toBeGreaterThanOrEqual(0);
        expect(P + hs).toBeCloseTo(fallen + pack, 9);
      }),
    );
  });
});

describe('the snow routine of HBV-light', () => {
  const day = 86400;

  test('snow lies below TT, times SFCF, and water in the pack freezes by CFR·CFMAX·(TT − T)', () => {
    const { SP, WC, insoil, precipitation } = hbvSnow(10, -2, 1, 50, 3, 0, 4, 0.9, 0.05, 0.1, day);
    expect({ SP, WC, insoil, precipitation }).toEqual({ SP: 50 + 9 + 0.4, WC: 3 - 0.4, insoil: 0, precipitation: 9 });
  });

  test('above TT the pack melts by CFMAX·(T − TT) and holds CWH of its ice as water', () => {
    const { SP, WC, insoil, melt } = hbvSnow(10, 3, 1, 50, 3, 1, 4, 0.9, 0.05, 0.1, day);
    expect(melt).toBe(8);
    expect({ SP, WC }).toEqual({ SP: 42, WC: 4.2 });
    expect(insoil).toBeCloseTo(3 + 10 + 8 - 4.2, 12);
  });

  test('an hour melts a twenty-fourth of a day', () => {
    expect(hbvSnow(0, 3, 1, 50, 0, 1, 4, 1, 0.05, 0.1, 3600).melt).toBeCloseTo(8 / 24, 12);
  });

  test('where the temperature, or rain, is missing nothing melts or freezes; rain soaks the pack all the same', () => {
    expect(hbvSnow(10, MISSING, 1, 50, 3, 0, 4, 0.9, 0.05, 0.1, day)).toMatchObject({ SP: 50, WC: 5, insoil: 8, melt: 0 });
    expect(hbvSnow(0, 20, 0, 50, 3, 0, 4, 0.9, 0.05, 0.1, day)).toMatchObject({ SP: 50, WC: 3, insoil: 0, melt: 0 });
  });

  test('keeps every drop and never more water than the ice can hold', () => {
    const parameters = fc.tuple(...(['TT', 'CFMAX', 'SFCF', 'CFR', 'CWH'] as const).map(bounded));
    const weather = fc.tuple(number(0, 300), number(-30, 40), fc.constantFrom(0, 1), number(0, 2000), number(0, 400));
    fc.assert(
      fc.property(weather, parameters, fc.constantFrom(300, 900, 3600, day), ([fallen, T, known, pack, liquid], p, step) => {
        const { SP, WC, insoil, precipitation } = hbvSnow(fallen, T, known, pack, liquid, p[0]!, p[1]!, p[2]!, p[3]!, p[4]!, step);
        expect(Math.min(SP, WC, insoil)).toBeGreaterThanOrEqual(0);
        expect(WC).toBeLessThanOrEqual(p[4]! * SP * (1 + 1e-12));
        expect(SP + WC + insoil).toBeCloseTo(pack + liquid + precipitation, 8);
      }),
    );
  });
});

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const bounded = (id: keyof typeof VARIABLES) => number(VARIABLES[id].min, VARIABLES[id].max);
