import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS, epochMs } from '#hydrology';
import { checkDischarge } from './check-discharge.js';
import { limitsOfArea } from './limits.js';

describe('checks on a discharge', () => {
  it('name each check that spoke and keep the worst flag', () => {
    const limits = limitsOfArea(382e6);
    const known = [{ validTime: epochMs(0), value: 20, flag: 0 }];
    const candidate = { validTime: epochMs(60 * MINUTE_MS), receivedAt: epochMs(0), value: 9_000 };
    expect(checkDischarge(candidate, known, limits)).toEqual({ flag: 6, flagSource: 'TS HX ROR' });
    expect(checkDischarge(candidate, known, { ...limits, off: ['TS', 'HX'] })).toEqual({ flag: 3, flagSource: 'ROR' });
  });
});
