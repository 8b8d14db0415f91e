import { describe, expect, it } from '@jest/globals';
import { normalNumbers } from '#hydrology';
import { correctionResponse } from './correction-response.js';

describe('correctionResponse', () => {
  const layout = { inputs: ['hp', 'ht', 'pn', 'en'], hidden: [2], outputs: ['zps', 'zes'], weightCount: 16 };

  it('is SiLU, then tanh, of the layers by hand', () => {
    const weights = normalNumbers(16, 4);
    const x = [0.4, 0.3, 2, 0];
    const silu = (z: number): number => z / (1 + Math.exp(-z));
    const hidden = [0, 1].map(k => silu(x.reduce((sum, value, i) => sum + weights[4 * k + i]! * value, weights[8 + k]!)));
    const by = (k: number): number => Math.tanh(weights[10 + 2 * k]! * hidden[0]! + weights[11 + 2 * k]! * hidden[1]! + weights[14 + k]!);
    const answer = correctionResponse(layout, weights, x);
    expect(answer[0]).toBeCloseTo(by(0), 12);
    expect(answer[1]).toBeCloseTo(by(1), 12);
  });

  it('is nothing for weights of zero', () => {
    expect([...correctionResponse(layout, new Float64Array(16), [1, 1, 1, 1])]).toEqual([0, 0]);
  });
});
