import { describe, expect, it } from '@jest/globals';
import { parseIso } from '#hydrology';
import type { RawGaugeValue } from '../source.js';
import { findUndecodable } from './gauge-value.js';

const value = (changes: Partial<RawGaugeValue> = {}): RawGaugeValue => ({
  kind: 'gauge',
  station: 'V3524010',
  variable: 'Q',
  validTime: parseIso('2014-11-04T12:00Z'),
  receivedAt: parseIso('2014-11-04T12:20Z'),
  value: 100,
  unit: 'm3/s',
  ...changes,
});
const stations = new Set(['V3524010', 'V3515010']);

describe('gauge value', () => {
  it('accepts numbers and what is reported as missing', () => {
    expect(findUndecodable(value(), stations)).toBeNull();
    expect(findUndecodable(value({ value: null }), stations)).toBeNull();
  });

  it('refuses the unknown by name', () => {
    expect(findUndecodable(value({ station: 'X1' }), stations)).toMatchObject({ code: 'STATION_UNKNOWN' });
    expect(findUndecodable(value({ value: Number.NaN }), stations)).toMatchObject({ code: 'GAUGE_NOT_A_NUMBER' });
    expect(findUndecodable(value({ unit: 'l/s' }), stations)).toEqual({
      code: 'GAUGE_UNIT_WRONG',
      message: 'Q of station V3524010 at 2014-11-04T12:00:00Z is in l/s, not in m3/s; convert it at the source',
    });
  });
});
