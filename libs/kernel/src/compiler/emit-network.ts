import type binaryen from 'binaryen';
import { ConstantPool, LANES_BYTES } from './constant-pool.js';
import { type Expression, finishModule, newModule, Routine } from './wasm-routine.js';
import { sigmoids } from './simd-expressions.js';

/** Units that the loops of a column with a network compute side by side: a weight, once loaded, serves them all. */
export const NETWORK_WIDTHS = [4, 1] as const;

/** Numbers at the start of `networkShape`; the sizes of the hidden layers follow (network-simd.ts writes them). */
const SHAPE = { layers: 0, inputs: 4, outputs: 8, rows: 12, sizes: 16 } as const;
const FLOAT_BYTES = 4;
/** A weight gradient is a pair of float64. */
const ACCUMULATOR_BYTES = 16;

/**
 * The network in SIMD, for any number and sizes of layers, over `width` units of four cells. Vectors of a layer lie as
 * `[neuron][unit]`. A slot is what one step leaves behind: inputs, adjoints of the outputs, then for each hidden layer its
 * activations and their adjoints. `extra` holds outputs, then adjoints (or directions) of the inputs.
 *
 * | function | does |
 * |---|---|
 * | network_forward(shape, weights, slot, extra) | inputs of the slot → outputs in extra |
 * | network_adjoint(shape, weights, slot, extra) | inputs and output adjoints of the slot → input adjoints in extra; keeps the slot |
 * | network_tangent(shape, weights, directions, slot, extra) | inputs, and directions in extra → directions of outputs in the slot |
 * | network_flush(shape, slot, slots, sums) | adds the weight gradients of so many slots, float32 within them, float64 beyond |
 */
export function emitNetwork(constantsAt: number): Uint8Array {
  const wasm = newModule();
  const pool = new ConstantPool(constantsAt);
  for (const width of NETWORK_WIDTHS) {
    for (const scaled of [false, true]) writeDense(wasm, pool, { width, scaled });
    for (const slope of [true, false]) writeSilu(wasm, pool, { width, slope });
    for (const activation of ['linear', 'silu'] as const) writeDenseTangent(wasm, pool, { width, activation });
    writeOuter(wasm, pool, width);
    writeSums(wasm, pool, width);
    writeForward(wasm, pool, width);
    writeAdjoint(wasm, pool, width);
    writeTangent(wasm, pool, width);
    writeFlush(wasm, pool, width);
    for (const name of ['dense', 'denseScaled', 'silu', 'siluSlope', 'outer', 'sums'])
      wasm.addFunctionExport(`${name}${width}`, `${name}${width}`);
    for (const name of ['forward', 'adjoint', 'tangent', 'flush'])
      wasm.addFunctionExport(`network_${name}${width}`, `network_${name}${width}`);
  }
  return finishModule(wasm, pool);
}

/**
 * y = W x + b, two neurons of all units at a time. Weights of a pair: both biases, then both weights of each input. The transposed
 * matrix of a layer follows it in the same form, with biases of zero; `scaled` multiplies with the slopes that lie in y.
 */
function writeDense(wasm: binaryen.Module, pool: ConstantPool, { width, scaled }: { width: number; scaled: boolean }): void {
  const r = new Routine(wasm, pool, ['w', 'x', 'y', 'inputs', 'outputs']);
  const { f32x4 } = wasm;
  const sums = r.vectors(2 * width);
  const [tiles, left, at] = [r.int(), r.int(), r.int()];
  r.set(tiles, r.half('outputs'));
  r.loop(tiles, () => {
    sums.forEach((sum, i) => {
      r.setVector(sum, r.splat('w', Math.floor(i / width) * FLOAT_BYTES));
    });
    r.advance('w', 2 * FLOAT_BYTES);
    r.set(at, r.get('x'));
    r.set(left, r.get('inputs'));
    r.loop(left, () => {
      const weights = [0, 1].map(neuron => r.keep(r.splat('w', neuron * FLOAT_BYTES)));
      for (let unit = 0; unit < width; unit++) {
        const x = r.keep(r.load(at, unit * LANES_BYTES));
        weights.forEach((weight, neuron) => {
          r.addTo(sums[neuron * width + unit]!, f32x4.mul(weight(), x()));
        });
      }
      r.advance('w', 2 * FLOAT_BYTES);
      r.advance(at, width * LANES_BYTES);
    });
    sums.forEach((sum, i) => {
      r.store('y', i * LANES_BYTES, scaled ? f32x4.mul(r.load('y', i * LANES_BYTES), r.vector(sum)) : r.vector(sum));
    });
    r.advance('y', 2 * width * LANES_BYTES);
  });
  r.finish(`dense${scaled ? 'Scaled' : ''}${width}`);
}

/** How many vectors go through an activation together: they and the constants fit the registers. */
const TOGETHER = 4;

/** h = z·σ(z) over z, and with `slope` σ + h(1 − σ) as many vectors behind. */
function writeSilu(wasm: binaryen.Module, pool: ConstantPool, { width, slope }: { width: number; slope: boolean }): void {
  const r = new Routine(wasm, pool, ['z', 'neurons']);
  const { f32x4, i32 } = wasm;
  const [left, behind] = [r.int(), r.int()];
  r.set(left, i32.div_u(i32.mul(r.get('neurons'), i32.const(width)), i32.const(TOGETHER)));
  r.set(behind, r.plus('z', i32.mul(r.get('neurons'), i32.const(width * LANES_BYTES))));
  r.loop(left, () => {
    const z = Array.from({ length: TOGETHER }, (_, i) => r.keep(r.load('z', i * LANES_BYTES)));
    sigmoids(r, z).forEach((share, i) => {
      const h = r.keep(f32x4.mul(z[i]!(), share()));
      r.store('z', i * LANES_BYTES, h());
      if (slope) r.store(behind, i * LANES_BYTES, f32x4.add(share(), f32x4.sub(h(), f32x4.mul(h(), share()))));
    });
    for (const pointer of ['z', behind]) r.advance(pointer, TOGETHER * LANES_BYTES);
  });
  r.finish(`silu${slope ? 'Slope' : ''}${width}`);
}

interface TangentKind {
  readonly width: number;
  readonly activation: 'linear' | 'silu';
}

/** The same with its directional derivative: W x' + W' x + b', times the slope. */
function writeDenseTangent(wasm: binaryen.Module, pool: ConstantPool, { width, activation }: TangentKind): void {
  const r = new Routine(wasm, pool, ['w', 'direction', 'x', 'dx', 'y', 'dy', 'inputs', 'outputs']);
  const { f32x4 } = wasm;
  const [sums, derivatives] = [r.vectors(2 * width), r.vectors(2 * width)];
  const [tiles, left, at, along] = [r.int(), r.int(), r.int(), r.int()];
  r.set(tiles, r.half('outputs'));
  r.loop(tiles, () => {
    sums.forEach((sum, i) => {
      r.setVector(sum, r.splat('w', Math.floor(i / width) * FLOAT_BYTES));
      r.setVector(derivatives[i]!, r.splat('direction', Math.floor(i / width) * FLOAT_BYTES));
    });
    for (const name of ['w', 'direction']) r.advance(name, 2 * FLOAT_BYTES);
    r.set(at, r.get('x'));
    r.set(along, r.get('dx'));
    r.set(left, r.get('inputs'));
    r.loop(left, () => {
      sums.forEach((sum, i) => {
        const [neuron, unit] = [Math.floor(i / width), i % width];
        const weight = r.keep(r.splat('w', neuron * FLOAT_BYTES));
        const x = r.keep(r.load(at, unit * LANES_BYTES));
        r.addTo(sum, f32x4.mul(weight(), x()));
        r.addTo(derivatives[i]!, f32x4.mul(weight(), r.load(along, unit * LANES_BYTES)));
        r.addTo(derivatives[i]!, f32x4.mul(r.splat('direction', neuron * FLOAT_BYTES), x()));
      });
      for (const name of ['w', 'direction']) r.advance(name, 2 * FLOAT_BYTES);
      for (const pointer of [at, along]) r.advance(pointer, width * LANES_BYTES);
    });
    sums.forEach((sum, i) => {
      const offset = i * LANES_BYTES;
      if (activation === 'linear') {
        r.store('y', offset, r.vector(sum));
        r.store('dy', offset, r.vector(derivatives[i]!));
        return;
      }
      const share = sigmoids(r, [() => r.vector(sum)])[0]!;
      const h = r.keep(f32x4.mul(r.vector(sum), share()));
      const slope = f32x4.add(share(), f32x4.mul(h(), f32x4.sub(r.constant(1), share())));
      r.store('y', offset, h());
      r.store('dy', offset, f32x4.mul(slope, r.vector(derivatives[i]!)));
    });
    for (const name of ['y', 'dy']) r.advance(name, 2 * width * LANES_BYTES);
  });
  r.finish(`${activation}Tangent${width}`);
}

/** sums += Σ over slots and units of a ⊗ b, four rows of a by two of b at a time in registers. */
function writeOuter(wasm: binaryen.Module, pool: ConstantPool, width: number): void {
  const r = new Routine(wasm, pool, ['a', 'b', 'toNext', 'slots', 'rowsA', 'rowsB', 'sums']);
  const { f32x4, i32 } = wasm;
  const products = r.vectors(8);
  const [tilesA, tilesB, left, column, atA, atB, units] = [r.int(), r.int(), r.int(), r.int(), r.int(), r.int(), r.int()];
  r.set('toNext', i32.sub(r.get('toNext'), i32.const(width * LANES_BYTES)));
  r.set(tilesA, i32.shr_u(r.get('rowsA'), i32.const(2)));
  r.loop(tilesA, () => {
    r.set(column, r.get('b'));
    r.set(tilesB, r.half('rowsB'));
    r.loop(tilesB, () => {
      for (const product of products) r.setVector(product, r.zero());
      r.set(atA, r.get('a'));
      r.set(atB, r.get(column));
      r.set(left, r.get('slots'));
      r.loop(left, () => {
        r.set(units, i32.const(width));
        r.loop(units, () => {
          const b = [0, 1].map(row => r.keep(r.load(atB, row * width * LANES_BYTES)));
          for (let row = 0; row < 4; row++) {
            const a = r.keep(r.load(atA, row * width * LANES_BYTES));
            b.forEach((value, i) => {
              r.addTo(products[2 * row + i]!, f32x4.mul(a(), value()));
            });
          }
          for (const at of [atA, atB]) r.advance(at, LANES_BYTES);
        });
        for (const at of [atA, atB]) r.set(at, i32.add(r.get(at), r.get('toNext')));
      });
      products.forEach((product, i) => {
        r.addToDouble('sums', i * ACCUMULATOR_BYTES, product);
      });
      r.advance('sums', products.length * ACCUMULATOR_BYTES);
      r.advance(column, 2 * width * LANES_BYTES);
    });
    r.advance('a', 4 * width * LANES_BYTES);
  });
  r.finish(`outer${width}`);
}

/** sums += Σ over slots and units of a: the gradient of biases. */
function writeSums(wasm: binaryen.Module, pool: ConstantPool, width: number): void {
  const r = new Routine(wasm, pool, ['a', 'stride', 'slots', 'rows', 'sums']);
  const { i32 } = wasm;
  const totals = r.vectors(2);
  const [tiles, left, at] = [r.int(), r.int(), r.int()];
  r.set(tiles, r.half('rows'));
  r.loop(tiles, () => {
    for (const total of totals) r.setVector(total, r.zero());
    r.set(at, r.get('a'));
    r.set(left, r.get('slots'));
    r.loop(left, () => {
      totals.forEach((total, row) => {
        for (let unit = 0; unit < width; unit++) r.addTo(total, r.load(at, (row * width + unit) * LANES_BYTES));
      });
      r.set(at, i32.add(r.get(at), r.get('stride')));
    });
    totals.forEach((total, i) => {
      r.addToDouble('sums', i * ACCUMULATOR_BYTES, total);
    });
    r.advance('sums', 2 * ACCUMULATOR_BYTES);
    r.advance('a', 2 * width * LANES_BYTES);
  });
  r.finish(`sums${width}`);
}

/** Registers of a walk through the hidden layers: where it is, and the sizes there. */
class LayerWalk {
  readonly layer: number;
  readonly sizeAt: number;
  readonly size: number;
  readonly inputs: number;
  readonly from: number;
  readonly to: number;

  constructor(
    readonly r: Routine,
    readonly width: number,
  ) {
    [this.layer, this.sizeAt, this.size, this.inputs, this.from, this.to] = [r.int(), r.int(), r.int(), r.int(), r.int(), r.int()];
    r.set(this.layer, this.shape('layers'));
    r.set(this.inputs, this.shape('inputs'));
    r.set(this.from, r.get('slot'));
    r.set(this.to, r.plus('slot', this.rows(r.wasm.i32.add(this.shape('inputs'), this.shape('outputs')))));
    r.set(this.sizeAt, r.plus('shape', r.wasm.i32.const(SHAPE.sizes)));
  }

  /** Visits each hidden layer from the first: `from` its inputs, `to` its activations, adjoints after them. */
  each(visit: () => void): void {
    const { r, size, inputs, from, to, sizeAt } = this;
    r.loop(this.layer, () => {
      r.set(size, r.whole(sizeAt, 0));
      visit();
      r.set(from, r.get(to));
      r.set(to, r.plus(to, this.rows(r.wasm.i32.mul(r.get(size), r.wasm.i32.const(2)))));
      r.set(inputs, r.get(size));
      r.advance(sizeAt, FLOAT_BYTES);
    });
  }

  shape(name: 'layers' | 'inputs' | 'outputs' | 'rows'): Expression {
    return this.r.whole('shape', SHAPE[name]);
  }

  /** Bytes of so many neurons of all units. */
  rows(count: Expression): Expression {
    return this.r.wasm.i32.mul(count, this.r.wasm.i32.const(this.width * LANES_BYTES));
  }

  /** Bytes of the matrix and biases of a layer. */
  matrixBytes(inputs: Expression, outputs: Expression): Expression {
    const { i32 } = this.r.wasm;
    return i32.mul(i32.mul(i32.add(inputs, i32.const(1)), outputs), i32.const(FLOAT_BYTES));
  }

  /** Bytes of a layer: the matrix and its transpose. */
  layerBytes(inputs: number, outputs: number): Expression {
    const { r } = this;
    return r.wasm.i32.add(this.matrixBytes(r.get(inputs), r.get(outputs)), this.matrixBytes(r.get(outputs), r.get(inputs)));
  }
}

function writeForward(wasm: binaryen.Module, pool: ConstantPool, width: number): void {
  const r = new Routine(wasm, pool, ['shape', 'weights', 'slot', 'extra']);
  const walk = new LayerWalk(r, width);
  walk.each(() => {
    r.call(`dense${width}`, [r.get('weights'), r.get(walk.from), r.get(walk.to), r.get(walk.inputs), r.get(walk.size)]);
    r.call(`silu${width}`, [r.get(walk.to), r.get(walk.size)]);
    r.set('weights', r.plus('weights', walk.layerBytes(walk.inputs, walk.size)));
  });
  r.call(`dense${width}`, [r.get('weights'), r.get(walk.from), r.get('extra'), r.get(walk.inputs), walk.shape('outputs')]);
  r.finish(`network_forward${width}`);
}

function writeAdjoint(wasm: binaryen.Module, pool: ConstantPool, width: number): void {
  const r = new Routine(wasm, pool, ['shape', 'weights', 'slot', 'extra']);
  const { i32 } = wasm;
  const walk = new LayerWalk(r, width);
  const [left, w] = [r.int(), r.int()];
  const behind = (pointer: number, size: number) => r.plus(pointer, walk.rows(r.get(size)));
  r.set(left, walk.shape('layers'));
  r.set(w, r.get('weights'));
  walk.each(() => {
    const { from, to, inputs, size } = walk;
    r.call(`dense${width}`, [r.get(w), r.get(from), r.get(to), r.get(inputs), r.get(size)]);
    r.call(`siluSlope${width}`, [r.get(to), r.get(size)]);
    r.set(w, r.plus(w, walk.layerBytes(inputs, size)));
  });
  const { from, inputs, size, sizeAt } = walk;
  const outputAdjoint = r.plus('slot', walk.rows(walk.shape('inputs')));
  const transposed = (outputs: Expression) => r.plus(w, walk.matrixBytes(r.get(inputs), outputs));
  const last = transposed(walk.shape('outputs'));
  r.call(`denseScaled${width}`, [last, outputAdjoint, behind(from, inputs), walk.shape('outputs'), r.get(inputs)]);
  r.set(left, i32.sub(r.get(left), i32.const(1)));
  r.when(left, () => {
    r.loop(left, () => {
      r.set(size, r.get(inputs));
      r.set(inputs, r.whole(sizeAt, -2 * FLOAT_BYTES));
      r.set(w, i32.sub(r.get(w), walk.layerBytes(inputs, size)));
      const lower = () => i32.sub(r.get(from), walk.rows(r.get(inputs)));
      r.call(`denseScaled${width}`, [transposed(r.get(size)), behind(from, size), lower(), r.get(size), r.get(inputs)]);
      r.set(from, i32.sub(lower(), walk.rows(r.get(inputs))));
      r.advance(sizeAt, -FLOAT_BYTES);
    });
  });
  const inputAdjoint = r.plus('extra', walk.rows(walk.shape('outputs')));
  const first = r.plus('weights', walk.matrixBytes(walk.shape('inputs'), r.get(inputs)));
  r.call(`dense${width}`, [first, behind(from, inputs), inputAdjoint, r.get(inputs), walk.shape('inputs')]);
  r.finish(`network_adjoint${width}`);
}

function writeTangent(wasm: binaryen.Module, pool: ConstantPool, width: number): void {
  const r = new Routine(wasm, pool, ['shape', 'weights', 'directions', 'slot', 'extra']);
  const walk = new LayerWalk(r, width);
  const { from, to, inputs, size } = walk;
  const along = r.int();
  r.set(along, r.plus('extra', walk.rows(walk.shape('outputs'))));
  walk.each(() => {
    const derivative = () => r.plus(to, walk.rows(r.get(size)));
    const operands = [r.get('weights'), r.get('directions'), r.get(from), r.get(along), r.get(to), derivative()];
    r.call(`siluTangent${width}`, [...operands, r.get(inputs), r.get(size)]);
    for (const name of ['weights', 'directions']) r.set(name, r.plus(name, walk.layerBytes(inputs, size)));
    r.set(along, derivative());
  });
  const result = r.plus('slot', walk.rows(walk.shape('inputs')));
  const operands = [r.get('weights'), r.get('directions'), r.get(from), r.get(along), r.get('extra'), result];
  r.call(`linearTangent${width}`, [...operands, r.get(inputs), walk.shape('outputs')]);
  r.finish(`network_tangent${width}`);
}

function writeFlush(wasm: binaryen.Module, pool: ConstantPool, width: number): void {
  const r = new Routine(wasm, pool, ['shape', 'slot', 'slots', 'sums']);
  const { i32 } = wasm;
  const walk = new LayerWalk(r, width);
  const { from, to, inputs, size } = walk;
  const stride = r.int();
  r.set(stride, walk.rows(walk.shape('rows')));
  const passed = (count: Expression) => {
    r.set('sums', r.plus('sums', i32.mul(count, i32.const(ACCUMULATOR_BYTES))));
  };
  const outer = (a: Expression, b: Expression, rowsB: Expression, rowsA: Expression) => {
    r.call(`outer${width}`, [a, b, r.get(stride), r.get('slots'), rowsA, rowsB, r.get('sums')]);
  };
  const bias = (a: Expression, rows: Expression) => {
    r.call(`sums${width}`, [a, r.get(stride), r.get('slots'), rows, r.get('sums')]);
  };
  walk.each(() => {
    const adjoint = () => r.plus(to, walk.rows(r.get(size)));
    outer(adjoint(), r.get(from), r.get(inputs), r.get(size));
    passed(i32.mul(r.get(size), r.get(inputs)));
    bias(adjoint(), r.get(size));
    passed(r.get(size));
  });
  const outputAdjoint = () => r.plus('slot', walk.rows(walk.shape('inputs')));
  outer(r.get(from), outputAdjoint(), walk.shape('outputs'), r.get(inputs));
  passed(i32.mul(r.get(inputs), walk.shape('outputs')));
  bias(outputAdjoint(), walk.shape('outputs'));
  r.finish(`network_flush${width}`);
}
