import { describe, expect, test } from '@jest/globals';
import { emitWasm } from './emit-wasm.js';
import { Graph, type Node } from './graph.js';
import { lowerProgram } from './lower.js';
import { type Program, withArrays } from './program.js';

const COUNT = 4000;
const X_AT = 4096;
const Y_AT = X_AT + 4 * COUNT;

/** Emits a function of one number and applies it to `values` in float32. */
function applyInSimd(build: (graph: Graph, x: Node) => Node, values: Float32Array): Float32Array {
  const graph = new Graph();
  const x = graph.input('x', 'step');
  const row = (array: string) => ({ array, index: 0, count: 1 });
  const empty = { network: undefined, cells: [], carried: [], blockIn: [], blockAdd: [], sums: [], epilogue: [] };
  const program: Program = withArrays({
    ...empty,
    name: 'apply',
    direction: 'forward',
    seriesIn: [{ node: x, ref: row('x') }],
    seriesOut: [{ value: build(graph, x), ref: row('y') }],
  });
  const binary = emitWasm({ programs: new Map([['apply', lowerProgram(graph, program)]]), constantsAt: 0 });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource), { env: { memory } });
  new Float32Array(memory.buffer, X_AT, COUNT).set(values);
  (instance.exports['apply'] as (...args: number[]) => void)(0, 1, 1, COUNT / 4, 1, X_AT, Y_AT);
  return new Float32Array(memory.buffer, Y_AT, COUNT).slice();
}

const between = (low: number, high: number) => Float32Array.from({ length: COUNT }, (_, i) => low + ((high - low) * i) / (COUNT - 1));
const spread = (low: number, high: number) => between(Math.log(low), Math.log(high)).map(Math.exp);

function largestRelativeError(actual: Float32Array, values: Float32Array, exact: (x: number) => number): number {
  return values.reduce((worst, x, i) => Math.max(worst, Math.abs(actual[i]! / exact(x) - 1)), 0);
}

describe('functions that SIMD has no instruction for, in float32', () => {
  test('tanh over all its range', () => {
    for (const values of [spread(1e-6, 8), between(-20, -1e-3), between(8, 1000)]) {
      expect(
        largestRelativeError(
          applyInSimd((graph, x) => graph.make('tanh', x), values),
          values,
          Math.tanh,
        ),
      ).toBeLessThan(8e-7);
    }
  });

  test('exp2, which ends at the largest and smallest normal numbers', () => {
    const values = between(-125, 126);
    const shares = applyInSimd((graph, x) => graph.make('exp2', x), values);
    expect(largestRelativeError(shares, values, x => 2 ** x)).toBeLessThan(3e-7);
    const beyond = applyInSimd((graph, x) => graph.make('exp2', x), between(-1000, -500));
    expect(beyond.every(value => value > 0 && value < 1e-37)).toBe(true);
  });

  test('log2', () => {
    const values = spread(1e-30, 1e30);
    const logs = applyInSimd((graph, x) => graph.make('log2', x), values);
    values.forEach((x, i) => {
      expect(Math.abs(logs[i]! - Math.log2(x))).toBeLessThan(1e-7 + 1.2e-7 * Math.abs(Math.log2(x)));
    });
  });

  test('min, max, abs and choices', () => {
    const values = between(-3, 3);
    const build = (graph: Graph, x: Node): Node => {
      const one = graph.constant(1);
      const clamped = graph.make('max', graph.make('min', x, one), graph.constant(-0.5));
      return graph.make('select', graph.make('lt', x, one), graph.make('abs', clamped), graph.make('neg', x));
    };
    const exact = (x: number) => (x < 1 ? Math.abs(Math.max(Math.min(x, 1), -0.5)) : -x);
    applyInSimd(build, values).forEach((value, i) => {
      expect(value).toBeCloseTo(exact(values[i]!), 6);
    });
  });

  test('a value that is not a number is not hidden by a clamp', () => {
    const values = new Float32Array(COUNT).fill(NaN);
    expect(
      applyInSimd((graph, x) => graph.make('max', graph.constant(0), graph.make('min', x, graph.constant(1))), values).every(Number.isNaN),
    ).toBe(true);
  });
});
