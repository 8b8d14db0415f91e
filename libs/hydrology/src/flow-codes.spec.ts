import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFlowCodes } from './index.js';

const ESRI = [64, 128, 1, 2, 4, 8, 16, 32]; // N, NE, E … NW

describe('readFlowCodes', () => {
  it('turns powers of two into codes clockwise from north', () => {
    expect(readFlowCodes(ESRI, 8, 'auto')).toEqual({ codes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), convention: 'esri' });
  });

  it('knows both conventions by their values, whatever has no direction', () => {
    const nothing = fc.constantFrom(0, -9999, -1, NaN);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 30 }), nothing, (directions, none) => {
        fc.pre(directions.some(d => [3, 5, 6, 7].includes(d)) && directions.some(d => ESRI[d - 1]! > 8));
        const expected = Uint8Array.from([0, ...directions]);
        expect(readFlowCodes([none, ...directions], 4, 'auto')).toEqual({ codes: expected, convention: 'clockwise' });
        expect(readFlowCodes([none, ...directions.map(d => ESRI[d - 1]!)], 4, 'auto')).toEqual({ codes: expected, convention: 'esri' });
      }),
    );
  });

  it('asks where both are possible', () => {
    expect(() => readFlowCodes([1, 2, 4, 8, 0], 5, 'auto')).toThrow('only codes that both conventions know');
    expect(readFlowCodes([1, 2, 4, 8], 4, 'clockwise').codes).toEqual(Uint8Array.of(1, 2, 4, 8));
    expect(readFlowCodes([1, 2, 4, 8], 4, 'esri').codes).toEqual(Uint8Array.of(3, 4, 5, 6));
  });

  it('names the cells where two conventions are mixed', () => {
    expect(() => readFlowCodes([1, 7, 1, 64], 2, 'auto')).toThrow(
      /7 \(row 0, column 1\) is clockwise .*, 64 \(row 1, column 1\) is a power of two/,
    );
  });

  it('names the cell of a value that is no direction: a raster without no-data', () => {
    expect(() => readFlowCodes([3, 5, 255, 255], 2, 'auto')).toThrow(
      /255 \(row 1, column 0\) is no clockwise direction .* declare it as the raster's no-data/,
    );
    expect(() => readFlowCodes([3.5], 1, 'clockwise')).toThrow(/3.5 \(row 0, column 0\)/);
  });
});
