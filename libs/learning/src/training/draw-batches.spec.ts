import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawBatches, drawHeldOut } from './draw-batches.js';

describe('drawBatches', () => {
  it('visits every window of every basin that is trained on once in an epoch', () => {
    const basin = fc.record({ id: fc.constant('b'), windows: fc.integer({ min: 1, max: 6 }), heldOut: fc.boolean() });
    const run = fc.record({ seed: fc.integer(), epoch: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(basin, { maxLength: 20 }), fc.integer({ min: 1, max: 9 }), run, (basins, size, at) => {
        const batches = drawBatches(basins, size, at);
        const names = batches.flat().map(visit => `${visit.basin}/${visit.window}`);
        const all = basins.flatMap(({ windows, heldOut }, b) => (heldOut ? [] : Array.from({ length: windows }, (_, w) => `${b}/${w}`)));
        expect([...names].sort()).toEqual([...all].sort());
        expect(batches.slice(0, -1).every(batch => batch.length === size)).toBe(true);
        expect(drawBatches(basins, size, at)).toEqual(batches);
      }),
    );
  });

  it('draws another order in another epoch and for another seed', () => {
    const basins = Array.from({ length: 10 }, () => ({ id: 'b', windows: 4, heldOut: false }));
    const order = (seed: number, epoch: number) => JSON.stringify(drawBatches(basins, 8, { seed, epoch }));
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(2, 1)]).size).toBe(4);
  });

  it('holds out the asked share of the basins', () => {
    expect(drawHeldOut(120, 0.2, 1).size).toBe(24);
    expect(drawHeldOut(120, 0.2, 1)).toEqual(drawHeldOut(120, 0.2, 1));
    expect(drawHeldOut(120, 0, 1).size).toBe(0);
  });
});
