import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs } from '#hydrology';
import { checkFlatLine } from './flat-line.js';
import { limitsOfArea } from './limits.js';

const outlet = limitsOfArea(382e6);
const hourly = (hours: number, discharge: number) =>
  Array.from({ length: hours }, (_, hour) => ({ validTime: epochMs(hour * HOUR_MS), receivedAt: epochMs(0), value: discharge, flag: 0 }));
const next = (hours: number, discharge: number) => ({ ...hourly(1, discharge)[0]!, validTime: epochMs(hours * HOUR_MS) });

describe('same reading', () => {
  it('doubts a flood that stands still for more than a day', () => {
    expect(checkFlatLine(next(24, 50), hourly(24, 50), outlet)).toBeNull();
    expect(checkFlatLine(next(25, 50), hourly(25, 50), outlet)).toEqual({ flag: 3, source: 'SR' });
  });

  it('lets low flow stand still for days', () => {
    expect(checkFlatLine(next(229, 0.029), hourly(229, 0.029), outlet)).toBeNull();
    expect(checkFlatLine(next(400, 0.029), hourly(400, 0.029), outlet)).toEqual({ flag: 3, source: 'SR' });
  });

  it('begins anew at each change', () => {
    const history = [...hourly(20, 50), next(20, 51), next(21, 50)];
    expect(checkFlatLine(next(22, 50), history, outlet)).toBeNull();
  });
});
