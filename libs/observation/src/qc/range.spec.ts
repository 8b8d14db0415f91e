import { describe, expect, it } from '@jest/globals';
import { limitsOfArea } from './limits.js';
import { checkRange } from './range.js';

const outlet = limitsOfArea(382e6);

describe('range', () => {
  it('lets the largest flood of the record pass and stops what nature does not do', () => {
    expect(checkRange(317.38, outlet)).toBeNull();
    expect(checkRange(0, outlet)).toBeNull();
    expect(checkRange(2500, outlet)).toEqual({ flag: 3, source: 'SX' });
    expect(checkRange(317_380, outlet)).toEqual({ flag: 6, source: 'HX' }); // l/s taken for m³/s
    expect(checkRange(-0.01, outlet)).toEqual({ flag: 6, source: 'HN' });
  });

  it('grows with the drained area', () => {
    expect(limitsOfArea(25e6).hardMax).toBeLessThan(outlet.hardMax);
    expect(outlet.hardMax).toBeCloseTo(6_800, -2);
  });
});
