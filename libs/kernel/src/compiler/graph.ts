/**
 * Operators of the expression graph. Comparisons give a condition, which only `select` takes. `sloped` (value, x, slope) is
 * its value; its derivative by x is declared instead of derived. `held` is its argument with the derivative zero.
 * `network`, `networkAdjoint` and `networkTangent` are calls of the
 * neural network and give vectors, whose numbers `pick` takes out (program.ts says what their arguments are).
 */
export type Op =
  | 'constant'
  | 'input'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'neg'
  | 'reciprocal'
  | 'min'
  | 'max'
  | 'abs'
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'tanh'
  | 'pow'
  | 'exp2'
  | 'log2'
  | 'lt'
  | 'le'
  | 'select'
  | 'sloped'
  | 'held'
  | VectorOp
  | 'pick';

/** Calls of the neural network: loops over layers whose sizes are known only when the kernel is made. */
export type VectorOp = 'network' | 'networkAdjoint' | 'networkTangent';
const VECTOR_OPS: ReadonlySet<Op> = new Set<VectorOp>(['network', 'networkAdjoint', 'networkTangent']);
export const isVector = (node: Node): boolean => VECTOR_OPS.has(node.op);

/**
 * How an input changes: `cell` once per cell, `step` at every step (series, stores), `sum` known only after the
 * last step (accumulated adjoints).
 */
export type Rate = 'cell' | 'step' | 'sum';

export interface Node {
  readonly id: number;
  readonly op: Op;
  readonly args: readonly Node[];
  readonly value: number;
  readonly name: string;
  /** The fastest rate among the inputs it depends on. */
  readonly rate: Rate;
}

const RATES: readonly Rate[] = ['cell', 'sum', 'step'];
const COMMUTATIVE = new Set<Op>(['add', 'mul', 'min', 'max']);

/** Builds hash-consed nodes: the same expression is the same node, so common subexpressions cost nothing. */
export class Graph {
  private readonly known = new Map<string, Node>();
  private readonly nodes: Node[] = [];

  constant(value: number): Node {
    return this.intern('constant', [], value, '', 'cell');
  }

  input(name: string, rate: Rate): Node {
    return this.intern('input', [], 0, name, rate);
  }

  /** One number of a vector. */
  pick(vector: Node, index: number): Node {
    return this.intern('pick', [vector], index, '', 'step');
  }

  /** An operation, simplified where no rounding changes. */
  make(op: Op, ...args: Node[]): Node {
    const folded = foldConstants(op, args) ?? undefined;
    if (folded !== undefined) return this.constant(folded);
    const simple = this.simplify(op, args);
    if (simple) return simple;
    const ordered = COMMUTATIVE.has(op) && args[0]!.id > args[1]!.id ? [args[1]!, args[0]!] : args;
    return this.intern(op, ordered, 0, '', fastest(args));
  }

  private simplify(op: Op, args: readonly Node[]): Node | undefined {
    const [a, b, c] = args as [Node, Node, Node];
    const isA = (value: number) => a.op === 'constant' && Object.is(a.value, value);
    const isB = (value: number) => b.op === 'constant' && Object.is(b.value, value);
    switch (op) {
      case 'add':
        if (b.op === 'neg') return this.make('sub', a, b.args[0]!);
        if (a.op === 'neg') return this.make('sub', b, a.args[0]!);
        return isA(0) ? b : isB(0) ? a : undefined;
      case 'sub':
        if (b.op === 'neg') return this.make('add', a, b.args[0]!);
        return isB(0) ? a : isA(0) ? this.make('neg', b) : undefined;
      case 'mul':
        if (isA(0) || isB(0)) return this.constant(0);
        if (isA(1)) return b;
        if (isB(1)) return a;
        if (isA(-1)) return this.make('neg', b);
        if (isB(-1)) return this.make('neg', a);
        if (a.op === 'neg' && b.op === 'neg') return this.make('mul', a.args[0]!, b.args[0]!);
        if (a.op === 'neg') return this.make('neg', this.make('mul', a.args[0]!, b));
        return b.op === 'neg' ? this.make('neg', this.make('mul', a, b.args[0]!)) : undefined;
      case 'div':
        return isB(1) ? a : isA(0) ? a : undefined;
      case 'neg':
        return a.op === 'neg' ? a.args[0]! : a.op === 'sub' ? this.make('sub', a.args[1]!, a.args[0]!) : undefined;
      case 'select':
        return b === c ? b : undefined;
      case 'sloped':
        return b.op === 'constant' ? a : undefined;
      case 'held':
        return a.op === 'constant' || a.op === 'held' ? a : undefined;
      default:
        return undefined;
    }
  }

  private intern(op: Op, args: readonly Node[], value: number, name: string, rate: Rate): Node {
    const key = `${op}|${args.map(a => a.id).join(',')}|${Object.is(value, -0) ? '-0' : value}|${name}`;
    const found = this.known.get(key);
    if (found) return found;
    const node: Node = { id: this.nodes.length, op, args, value, name, rate };
    this.nodes.push(node);
    this.known.set(key, node);
    return node;
  }
}

const fastest = (args: readonly Node[]): Rate => RATES[Math.max(...args.map(a => RATES.indexOf(a.rate)))]!;

const FOLD: Partial<Record<Op, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: a => -a,
  sqrt: a => Math.sqrt(a),
  reciprocal: a => 1 / a,
};

function foldConstants(op: Op, args: readonly Node[]): number | undefined {
  const fold = FOLD[op];
  if (!fold || args.some(a => a.op !== 'constant')) return undefined;
  return fold(args[0]!.value, args[1]?.value ?? 0);
}

/** The nodes that `roots` depend on, arguments before users, in order of creation. */
export function reachable(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    node.args.forEach(visit);
  };
  roots.forEach(visit);
  return [...seen].sort((a, b) => a.id - b.id);
}
