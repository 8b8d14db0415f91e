import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, parseIso } from '#hydrology';
import { readDisturbance } from './read-disturbance.js';

const INPUTS = ['rain', 'V3524010'];
const period = { from: parseIso('2014-11-04T02:00Z'), to: parseIso('2014-11-04T05:00Z') };

describe('disturbance', () => {
  it('is read from what the help shows', () => {
    expect(readDisturbance('--drop', 'rain,2014-11-04T02:00Z,2014-11-04T05:00Z', INPUTS)).toEqual({
      input: 'rain',
      ...period,
      delayMs: null,
    });
    expect(readDisturbance('--delay', 'V3524010,2014-11-04T02:00Z,2014-11-04T05:00Z,2h', INPUTS)).toEqual({
      input: 'V3524010',
      ...period,
      delayMs: 2 * HOUR_MS,
    });
  });

  it.each([
    ['--drop', 'rain,2014-11-04', /write it like rain,/],
    ['--delay', 'rain,2014-11-04,2014-11-05', /write it like V3524010,/],
    ['--delay', 'rain,2014-11-04,2014-11-05,soon', /write it like V3524010,/],
    ['--drop', 'snow,2014-11-04,2014-11-05', /no input snow; there is rain, V3524010/],
    ['--drop', 'rain,yesterday,2014-11-05', /"yesterday" is not a date/],
  ] as const)('names what is wrong with %s %s', (option, text, message) => {
    expect(() => readDisturbance(option, text, INPUTS)).toThrow(message);
  });
});
