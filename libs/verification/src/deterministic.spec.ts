import { describe, expect, it } from '@jest/globals';
import { bias, correlation, kge, mae, nse, pairCount, rmse } from './deterministic.js';

const observed = [1, 2, 4, 8, 5, 3];
const simulated = [1.5, 1.5, 3, 9, 6, 2];

describe('deterministic scores', () => {
  it('equal values worked out by hand', () => {
    // Σ(s−o)² = .25+.25+1+1+1+1 = 4.5; ō = 23/6; Σ(o−ō)² = 119 − 529/6
    expect(nse({ simulated, observed })).toBeCloseTo(1 - 4.5 / (119 - 529 / 6), 12);
    expect(rmse({ simulated, observed })).toBeCloseTo(Math.sqrt(4.5 / 6), 12);
    expect(mae({ simulated, observed })).toBeCloseTo(5 / 6, 12);
    expect(bias({ simulated, observed })).toBeCloseTo(0, 12);
  });

  it('equal numpy for correlation and KGE', () => {
    // numpy: np.corrcoef(s, o)[0, 1]; 1 - sqrt((r-1)^2 + (s.std()/o.std()-1)^2 + (s.mean()/o.mean()-1)^2)
    expect(correlation({ simulated, observed })).toBeCloseTo(0.9612762920532372, 10);
    expect(kge({ simulated, observed })).toBeCloseTo(0.7708565272661103, 10);
  });

  it('are perfect for a perfect simulation', () => {
    expect(nse({ simulated: observed, observed })).toBe(1);
    expect(kge({ simulated: observed, observed })).toBeCloseTo(1, 12);
    expect(rmse({ simulated: observed, observed })).toBe(0);
  });

  it('leave out pairs with a missing side', () => {
    const gaps = { simulated: [...simulated, 100, NaN], observed: [...observed, NaN, 7] };
    expect(pairCount(gaps)).toBe(6);
    expect(nse(gaps)).toBe(nse({ simulated, observed }));
  });

  it('keep their digits on a large mean', () => {
    const lifted = { simulated: simulated.map(v => v + 1e9), observed: observed.map(v => v + 1e9) };
    expect(nse(lifted)).toBeCloseTo(nse({ simulated, observed }), 6);
  });

  it('are NaN where nothing was observed', () => {
    expect(nse({ simulated: [1], observed: [NaN] })).toBeNaN();
    expect(nse({ simulated: [1, 2], observed: [3, 3] })).toBeNaN();
  });
});
