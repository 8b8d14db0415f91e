import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HandledPrefix } from './handled-prefix.js';

describe('HandledPrefix', () => {
  it('reaches as far as everything is handled, whatever the order', () => {
    const prefix = new HandledPrefix([4n, 5n, 7n, 8n]); // a log may skip some
    expect(prefix.add([5n])).toBeNull();
    expect(prefix.add([8n])).toBeNull();
    expect(prefix.add([4n])).toBe(5n);
    expect(prefix.add([7n])).toBe(8n);
  });

  it('never passes an offset that was not handled', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 20 }, (_, k) => k)), order => {
        const prefix = new HandledPrefix(Array.from({ length: 20 }, (_, k) => BigInt(k)));
        const handled = new Set<number>();
        for (const k of order) {
          const reached = Number(prefix.add([BigInt(k)]) ?? -1n);
          handled.add(k);
          for (let before = 0; before <= reached; before++) expect(handled.has(before)).toBe(true);
          expect(handled.has(reached + 1)).toBe(false);
        }
      }),
    );
  });
});
