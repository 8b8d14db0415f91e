import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalNumbers } from '#hydrology';
import { bootstrapEfficiencies, bootstrapMedian, BOOTSTRAP_SETTINGS, eventBlocks } from './bootstrap.js';
import { kge, nse } from './deterministic.js';

const flow = (seed: number, count = 400): Float64Array =>
  normalNumbers(count, seed).map((value, t) => 5 + Math.exp(value) + 40 * Math.exp(-(((t % 200) - 60) ** 2) / 200));
const events = [{ start: 40, peak: 60, end: 90 }, { start: 240, peak: 260, end: 290 }]; // prettier-ignore

describe('eventBlocks', () => {
  it('covers the series once, a flood in one block, the rest in short ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 900 }), fc.integer({ min: 5, max: 400 }), (count, longest) => {
        const blocks = eventBlocks(count, events, longest);
        const steps = blocks.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, k) => start + k));
        expect(steps).toEqual(Array.from({ length: count }, (_, k) => k));
        expect(blocks.filter(({ flood }) => flood).map(({ start, end }) => [start, end])).toEqual([[40, 90], [240, 290]]); // prettier-ignore
        for (const { start, end, flood } of blocks) if (!flood) expect(end - start + 1).toBeLessThanOrEqual(longest);
      }),
    );
  });

  it('is one flood where there is nothing else', () => {
    expect(eventBlocks(10, [{ start: 0, peak: 4, end: 9 }], 3)).toEqual([{ start: 0, end: 9, flood: true }]);
  });
});

describe('bootstrapEfficiencies', () => {
  const [observed, simulated] = [flow(1), flow(1).map((value, t) => value * (t < 200 ? 1.02 : 0.8))];
  const blocks = eventBlocks(400, events, 48);

  it('holds the score itself, the same every time, and not the width of nothing', () => {
    const { nse: ofNse, kge: ofKge } = bootstrapEfficiencies({ simulated, observed }, blocks);
    expect(ofNse.low).toBeLessThan(nse({ simulated, observed }));
    expect(ofNse.high).toBeGreaterThan(nse({ simulated, observed }));
    expect(ofKge.low).toBeLessThan(kge({ simulated, observed }));
    expect(ofKge.high).toBeGreaterThan(kge({ simulated, observed }));
    expect(bootstrapEfficiencies({ simulated, observed }, blocks)).toEqual({ nse: ofNse, kge: ofKge });
    expect(bootstrapEfficiencies({ simulated, observed }, blocks, { ...BOOTSTRAP_SETTINGS, seed: 2 }).nse).not.toEqual(ofNse);
  });

  it('is the score where every block is the same, whatever the gaps', () => {
    const repeated = Float64Array.from(observed, (_, t) => observed[t % 100]!);
    const wrong = Float64Array.from(simulated, (_, t) => simulated[t % 100]!);
    repeated.forEach((_, t) => (t % 100 === 7 ? (repeated[t] = NaN) : 0));
    const pairs = { simulated: wrong, observed: repeated };
    const { nse: ofNse, kge: ofKge } = bootstrapEfficiencies(pairs, eventBlocks(400, [], 100));
    for (const edge of ['low', 'high'] as const) {
      expect(ofNse[edge]).toBeCloseTo(nse(pairs), 10);
      expect(ofKge[edge]).toBeCloseTo(kge(pairs), 10);
    }
  });

  it('says nothing without observations', () => {
    const { nse: ofNse } = bootstrapEfficiencies({ simulated, observed: new Float64Array(400).fill(NaN) }, blocks);
    expect(ofNse.low).toBeNaN();
  });
});

describe('bootstrapMedian', () => {
  it('lies within the values, and needs two', () => {
    const { low, high } = bootstrapMedian([0.1, 0.2, 0.7]);
    expect(low >= 0.1 && low < high && high <= 0.7).toBe(true);
    expect(bootstrapMedian([0.3]).low).toBeNaN();
  });
});
