import { describe, expect, it } from '@jest/globals';
import { BEAT_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { missedCycle } from './rewind.js';

const NOON = parseIso('2014-11-04T12:00Z');
const at = (minutes: number) => epochMs(NOON + minutes * MINUTE_MS);
const latencies = { gauge: 20 * MINUTE_MS, rain: 15 * MINUTE_MS, rainGauge: null };
const missed = (input: 'gauge' | 'rain', stamp: number, receipt: number) =>
  missedCycle({ input, validTime: at(stamp), receivedAt: at(receipt) }, latencies, 4 * MINUTE_MS).map(time => (time - NOON) / BEAT_MS);

describe('the cycle that a late value belongs to', () => {
  it('is the first whose cut-off lay between when it should have come and when it came', () => {
    expect(missed('gauge', 0, 95)).toEqual([2]); // due at 12:20, cut-offs at 12:19 and 12:34
    expect(missed('gauge', -1, 95)).toEqual([1]); // due at 12:19: the cut-off of 12:15 would have seen it
    expect(missed('rain', 0, 95)).toEqual([1]); // due at 12:15
  });

  it('is none when no cut-off lay in between', () => {
    expect(missed('gauge', 0, 20)).toEqual([]);
    expect(missed('gauge', 0, 34)).toEqual([]); // late, but the cycle of 12:30 saw it
    expect(missed('gauge', 0, 35)).toEqual([2]);
  });
});
