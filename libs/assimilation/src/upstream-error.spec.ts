import { describe, expect, it } from '@jest/globals';
import { stationId } from '#hydrology';
import { arriveFrom, errorCourse, noError } from './upstream-error.js';

const seen = [
  { time: 10, error: 1 },
  { time: 20, error: 5 },
];

describe('errorCourse', () => {
  const course = errorCourse(seen, time => 100 + time);
  it('passes through what was seen, straight between', () => {
    expect([10, 12.5, 20].map(course)).toEqual([1, 2, 5]);
  });
  it('knows nothing before the first error and expects after the newest', () => {
    expect(course(9)).toBe(0);
    expect(course(21)).toBe(121);
    expect(errorCourse([], noError)(5)).toBe(0);
  });
});

describe('arriveFrom', () => {
  it('comes later and larger', () => {
    const link = { station: stationId('outlet'), upstream: stationId('arm'), gain: 3, lagMs: 5 };
    expect(arriveFrom(errorCourse(seen, noError), link)(20)).toBe(9);
  });
});
