import { describe, expect, it } from '@jest/globals';
import { flaggedStretches, sayQuality } from './flagged-stretches.js';

const value = (hour: number, flag: number, flagSource = '') => ({
  validTime: `2014-11-04T0${hour}:00:00Z`,
  receivedAt: `2014-11-04T0${hour}:20:00Z`,
  dischargeM3s: 1,
  flag,
  flagSource,
  revision: 0,
});

describe('stretches that a check or an operator spoke of', () => {
  it('hold the values next to each other with the same quality, newest first', () => {
    const values = [
      value(0, 3, 'SP'),
      value(1, 3, 'SP'),
      value(2, 6, 'HX'),
      value(3, 0),
      value(4, 3, 'SP'),
      value(5, 9),
      value(6, 1, 'MAN SP'),
    ];
    const found = flaggedStretches(values).map(one => [
      new Date(one.first).getUTCHours(),
      new Date(one.last).getUTCHours(),
      one.count,
      sayQuality(one),
    ]);
    expect(found).toEqual([
      [6, 6, 1, 'Trusted by an operator; the checks: a spike'],
      [4, 4, 1, 'Doubtful: a spike'],
      [2, 2, 1, 'Unreliable: above what is possible'],
      [0, 1, 2, 'Doubtful: a spike'],
    ]);
    expect(sayQuality({ flag: 6, sources: ['MAN'] })).toBe('Rejected by an operator');
    expect(sayQuality({ flag: 3, sources: [] })).toBe('Doubtful');
  });
});
