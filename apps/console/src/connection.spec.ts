import { describe, expect, it } from '@jest/globals';
import { DISCONNECTED, lineOf, sayLost } from './connection.js';

const NOW = Date.parse('2014-11-04T13:15:00Z');
const UP = { streaming: true, failures: 0, lastReplyAt: 1_000, problem: null, refused: false };

describe('the line to the server', () => {
  it('is live with a stream, polling without, connecting before the first answer', () => {
    expect(lineOf(UP, 2_000)).toBe('live');
    expect(lineOf({ ...UP, streaming: false }, 2_000)).toBe('polling');
    expect(lineOf(DISCONNECTED, 2_000)).toBe('connecting');
  });

  it('is lost after one failed refresh, and when the last answer is old although nothing failed', () => {
    expect(lineOf({ ...UP, failures: 1 }, 2_000)).toBe('lost');
    expect(lineOf(UP, 40_000)).toBe('lost');
  });

  it('says how old the page is by the browser’s monotonic clock and the system’s time', () => {
    expect(sayLost(UP, 2_000, NOW)).toBeNull();
    expect(sayLost({ ...UP, failures: 3 }, 13_000, NOW)).toBe(
      'No answer for 12 s. What you see is as of 13:15 UTC on the system’s clock and is not being updated.',
    );
    expect(sayLost({ ...DISCONNECTED, failures: 1 }, 13_000, null)).toMatch(/^The server does not answer/);
  });
});
