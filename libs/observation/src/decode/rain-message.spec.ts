import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RainMessage } from '#contracts';
import { HOUR_MS, parseIso } from '#hydrology';
import { decodeRain, encodeDepths, meanDepth } from './rain-message.js';

const NOON = parseIso('2014-11-04T12:00Z');
const message = (values: Float32Array, changes: Partial<RainMessage> = {}): RainMessage => ({
  basin: 'cance',
  source: 'radar',
  receivedAt: NOON + 1,
  validTime: NOON,
  durationMs: HOUR_MS,
  cells: values.length,
  depthMm: encodeDepths(values),
  ...changes,
});
const codeOf = (values: Float32Array, changes: Partial<RainMessage> = {}, cells = values.length) => {
  const decoded = decodeRain(message(values, changes), cells);
  return 'reject' in decoded ? decoded.reject : decoded.grid;
};

describe('rain message', () => {
  it('brings every depth back to the last bit', () => {
    const depth = fc.oneof(fc.float({ min: 0, max: 200, noNaN: true }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(depth, { minLength: 1, maxLength: 50 }), depths => {
        const values = Float32Array.of(1, ...depths);
        const decoded = decodeRain(message(values), values.length);
        expect('grid' in decoded && decoded.grid.values).toEqual(values);
      }),
    );
  });

  it('refuses each kind of nonsense by name, with the thing and the remedy', () => {
    const good = Float32Array.of(0, 1.5, Number.NaN);
    expect(codeOf(good, { depthMm: encodeDepths(good).slice(0, 8) })).toMatchObject({ code: 'RAIN_CORRUPT' });
    expect(codeOf(good, {}, 383)).toMatchObject({ code: 'RAIN_WRONG_GRID' });
    expect(codeOf(Float32Array.of(0, -1))).toEqual({
      code: 'RAIN_NEGATIVE',
      message: 'rain of radar at 2014-11-04T12:00:00Z holds -1.00 mm in cell 1; write missing cells as NaN',
    });
    expect(codeOf(Float32Array.of(0, Infinity))).toMatchObject({ code: 'RAIN_OUT_OF_RANGE' });
    expect(codeOf(Float32Array.of(0, 3000))).toHaveProperty('message', expect.stringContaining('holds 3000 mm in cell 1'));
    expect(codeOf(Float32Array.of(Number.NaN, Number.NaN))).toMatchObject({ code: 'RAIN_NOT_A_NUMBER' });
  });

  it('averages the cells that have a value', () => {
    expect(meanDepth(Float32Array.of(1, Number.NaN, 2))).toBe(1.5);
    expect(meanDepth(Float32Array.of(Number.NaN))).toBeNull();
  });
});
