import { describe, expect, it } from '@jest/globals';
import {
  countContingencies,
  criticalSuccessIndex,
  equitableThreatScore,
  falseAlarmRatio,
  frequencyBias,
  probabilityOfDetection,
  probabilityOfFalseDetection,
} from './contingency.js';

describe('contingency table', () => {
  const table = countContingencies([3, 3, 1, 1, 1, NaN], [3, 1, 3, 1, 1, 3], 2);

  it('counts pairs and leaves out the missing', () => {
    expect(table).toEqual({ hits: 1, falseAlarms: 1, misses: 1, correctNegatives: 2 });
  });

  it('gives the scores of its definition', () => {
    expect(probabilityOfDetection(table)).toBe(0.5);
    expect(falseAlarmRatio(table)).toBe(0.5);
    expect(probabilityOfFalseDetection(table)).toBeCloseTo(1 / 3, 12);
    expect(criticalSuccessIndex(table)).toBeCloseTo(1 / 3, 12);
    expect(frequencyBias(table)).toBe(1);
    expect(equitableThreatScore(table)).toBeCloseTo((1 - 0.8) / (3 - 0.8), 12);
  });

  it('takes a value at the threshold for no event', () => {
    expect(countContingencies([2], [2], 2)).toEqual({ hits: 0, falseAlarms: 0, misses: 0, correctNegatives: 1 });
  });
});
