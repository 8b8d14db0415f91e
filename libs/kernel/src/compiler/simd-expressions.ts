import type binaryen from 'binaryen';
import type { Node } from './graph.js';

type Expression = binaryen.ExpressionRef;

/** What the writer of one loop offers: constants held in locals, and temporaries. */
export interface SimdScope {
  readonly wasm: binaryen.Module;
  /** A float constant in all lanes. */
  constant(value: number): Expression;
  /** An integer constant in all lanes. */
  integer(value: number): Expression;
  /** Keeps a vector in a new local and gives a reader of it. */
  keep(value: Expression): () => Expression;
}

/** log2 m ≈ f·P(f), f = m − 1, m in [√½, √2]: minimax fit of our own, absolute error 5e-8. */
const LOG2 = [
  1.4426947734710758, -0.7213571215007047, 0.4809393926260494, -0.36008811704706223, 0.2867085209313224, -0.25006119906485685,
  0.2368826353215866, -0.1457576844799941,
];
/** 2^f on [−½, ½], relative error 8e-8. */
const EXP2 = [
  1.0000000754903224, 0.6931472254088843, 0.2402210737070741, 0.055502972974986686, 0.009676036550962362, 0.0013410005430717477,
];
/** Added to a float it rounds it to a whole number, which then stands in the low bits. */
const ROUNDING = 12582912;
const SQRT_HALF_BITS = 0x3f3504f3;
const ONE_BITS = 0x3f800000;
const EXPONENT_SHIFT = 23;
const LARGEST_EXPONENT = 127;
const SMALLEST_EXPONENT = -126;

/** One node as an f32x4 expression of its arguments. */
export function simdExpression(scope: SimdScope, node: Node, read: (argument: Node) => Expression): Expression {
  const { f32x4, v128 } = scope.wasm;
  const [a, b, c] = node.args as [Node, Node, Node];
  switch (node.op) {
    case 'add':
      return f32x4.add(read(a), read(b));
    case 'sub':
      return f32x4.sub(read(a), read(b));
    case 'mul':
      return f32x4.mul(read(a), read(b));
    case 'div':
      return f32x4.div(read(a), read(b));
    case 'reciprocal':
      return f32x4.div(scope.constant(1), read(a));
    case 'neg':
      return f32x4.neg(read(a));
    case 'abs':
      return f32x4.abs(read(a));
    case 'sqrt':
      return f32x4.sqrt(read(a));
    case 'lt':
      return f32x4.lt(read(a), read(b));
    case 'le':
      return f32x4.le(read(a), read(b));
    case 'min':
    case 'max':
      return extreme(scope, node, read);
    case 'select':
      if (isZero(c)) return v128.and(read(a), read(b));
      if (isZero(b)) return v128.andnot(read(c), read(a));
      return v128.bitselect(read(b), read(c), read(a));
    case 'exp2':
      return exp2(scope, read(a));
    case 'log2':
      return log2(scope, read(a));
    default:
      throw new Error(`no SIMD instruction for ${node.op}`);
  }
}

const isZero = (node: Node): boolean => node.op === 'constant' && node.value === 0;

/** pmin and pmax are single instructions; with the constant second a NaN comes through. */
function extreme({ wasm: { f32x4 } }: SimdScope, node: Node, read: (argument: Node) => Expression): Expression {
  const [first, second] = node.args[0]!.op === 'constant' ? [node.args[1]!, node.args[0]!] : [node.args[0]!, node.args[1]!];
  return node.op === 'min' ? f32x4.pmin(read(first), read(second)) : f32x4.pmax(read(first), read(second));
}

function exp2(scope: SimdScope, x: Expression): Expression {
  const { f32x4, i32x4 } = scope.wasm;
  const bounded = scope.keep(f32x4.pmin(f32x4.pmax(x, scope.constant(SMALLEST_EXPONENT)), scope.constant(LARGEST_EXPONENT)));
  const shifted = scope.keep(f32x4.add(bounded(), scope.constant(ROUNDING)));
  const f = scope.keep(f32x4.sub(bounded(), f32x4.sub(shifted(), scope.constant(ROUNDING))));
  const scale = i32x4.add(i32x4.shl(shifted(), scope.wasm.i32.const(EXPONENT_SHIFT)), scope.integer(ONE_BITS));
  return f32x4.mul(estrin(scope, EXP2, f), scale);
}

/** 2^f on [−½, ½], relative error 2.6e-6: what a sigmoid needs. */
const SHORT_EXP2 = [1, 0.6931241934179121, 0.24024098609887443, 0.05590642459606822, 0.009582853095975723];

/** 1/(1 + e^(−z)) of several vectors, one operation of all after the other so that they share its constants; error 1e-6. */
export function sigmoids(scope: SimdScope, zs: readonly (() => Expression)[]): (() => Expression)[] {
  const { f32x4, i32x4, i32 } = scope.wasm;
  const each = (values: readonly (() => Expression)[], op: (value: () => Expression, i: number) => Expression) =>
    values.map((value, i) => scope.keep(op(value, i)));
  const scaled = each(zs, z => f32x4.mul(z(), scope.constant(-Math.LOG2E)));
  const above = each(scaled, x => f32x4.pmax(x(), scope.constant(SMALLEST_EXPONENT)));
  const bounded = each(above, x => f32x4.pmin(x(), scope.constant(LARGEST_EXPONENT)));
  const shifted = each(bounded, x => f32x4.add(x(), scope.constant(ROUNDING)));
  const whole = each(shifted, x => f32x4.sub(x(), scope.constant(ROUNDING)));
  const f = each(bounded, (x, i) => f32x4.sub(x(), whole[i]!()));
  const [c0, c1, c2, c3, c4] = SHORT_EXP2 as [number, number, number, number, number];
  const squares = each(f, x => f32x4.mul(x(), x()));
  const linear = (high: number, low: number) => {
    const products = each(f, x => f32x4.mul(x(), scope.constant(high)));
    return each(products, x => f32x4.add(x(), scope.constant(low)));
  };
  const low = linear(c1, c0);
  const middle = linear(c3, c2);
  const top = each(squares, x => f32x4.mul(x(), scope.constant(c4)));
  const upper = each(middle, (x, i) => f32x4.add(x(), top[i]!()));
  const high = each(upper, (x, i) => f32x4.mul(x(), squares[i]!()));
  const power = each(low, (x, i) => f32x4.add(x(), high[i]!()));
  const exponent = each(shifted, x => i32x4.shl(x(), i32.const(EXPONENT_SHIFT)));
  const scale = each(exponent, x => i32x4.add(x(), scope.integer(ONE_BITS)));
  const exp = each(power, (p, i) => f32x4.mul(p(), scale[i]!()));
  const below = each(exp, x => f32x4.add(x(), scope.constant(1)));
  return each(below, x => f32x4.div(scope.constant(1), x()));
}

function log2(scope: SimdScope, x: Expression): Expression {
  const { f32x4, i32x4, i32 } = scope.wasm;
  const bits = scope.keep(x);
  const exponent = scope.keep(i32x4.shr_s(i32x4.sub(bits(), scope.integer(SQRT_HALF_BITS)), i32.const(EXPONENT_SHIFT)));
  const mantissa = i32x4.sub(bits(), i32x4.shl(exponent(), i32.const(EXPONENT_SHIFT)));
  const f = scope.keep(f32x4.sub(mantissa, scope.constant(1)));
  return f32x4.add(f32x4.convert_i32x4_s(exponent()), f32x4.mul(f(), estrin(scope, LOG2, f)));
}

/** A polynomial with as few operations one after the other as possible (Estrin 1960). */
function estrin(scope: SimdScope, coefficients: readonly number[], x: () => Expression): Expression {
  const { f32x4 } = scope.wasm;
  let terms = coefficients.map(c => () => scope.constant(c));
  let power = x;
  while (terms.length > 1) {
    const next: (() => Expression)[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const low = terms[i]!;
      const high = terms[i + 1];
      next.push(high ? scope.keep(f32x4.add(low(), f32x4.mul(high(), power()))) : low);
    }
    terms = next;
    const base = power;
    if (terms.length > 1) power = scope.keep(f32x4.mul(base(), base()));
  }
  return terms[0]!();
}
