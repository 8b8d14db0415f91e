import { type Node, reachable } from './graph.js';

const OPERATIONS: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: a => -a,
  reciprocal: a => 1 / a,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  pow: (a, b) => Math.pow(a, b),
  exp2: a => 2 ** a,
  log2: Math.log2,
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  sloped: a => a,
  held: a => a,
  select: (a, b, c) => (a ? b : c),
};

/** The graph computed directly: what every back end must agree with. Used by tests of operators and derivatives. */
export function evaluate(roots: readonly Node[], inputs: ReadonlyMap<string, number>): Map<Node, number> {
  const values = new Map<Node, number>();
  for (const node of reachable(roots)) values.set(node, valueOf(node, inputs, values));
  return values;
}

function valueOf(node: Node, inputs: ReadonlyMap<string, number>, values: ReadonlyMap<Node, number>): number {
  if (node.op === 'constant') return node.value;
  if (node.op === 'input') {
    const given = inputs.get(node.name);
    if (given === undefined) throw new RangeError(`no value for the input "${node.name}"`);
    return given;
  }
  const [a, b, c] = node.args.map(argument => values.get(argument)!) as [number, number, number];
  return OPERATIONS[node.op]!(a, b, c);
}
