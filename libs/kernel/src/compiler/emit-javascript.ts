import { isVector, type Node, reachable, type VectorOp } from './graph.js';
import { BLOCK_OF_STEP, type CellRef, FIXED_ARGUMENTS, loopRoots, type NetworkSize, type Program, type SeriesRef } from './program.js';

/**
 * A program as the text of a JavaScript function over one Float64Array `m` and base indices into it: the float64 back end.
 * Forward programs compute what the formula functions compute, operation by operation, so the results are equal bit for bit.
 */
export function emitJavaScript(program: Program): string {
  const after = program.epilogue.map(e => e.value);
  const before = reachable([...loopRoots(program), ...after]).filter(node => node.rate === 'cell');
  const behind = reachable(after).filter(node => node.rate === 'sum');
  const steps = program.direction === 'forward' ? `let t = 0; t < steps; t++` : `let t = steps - 1; t >= 0; t--`;
  const perCell = [
    ...program.cells.map(({ node, ref }) => `const ${id(node)} = ${cellAt(ref)};`),
    ...before.flatMap(define),
    ...program.carried.map(({ input, initial }) => `let ${id(input)} = ${cellAt(initial)};`),
    ...program.sums.map(({ total }) => `let ${id(total)} = 0;`),
    ...seriesPointers(program),
    `for (${steps}) {`,
    ...indent(stepLines(program)),
    `}`,
    ...program.carried.map(({ input, final }) => `${cellAt(final)} = ${id(input)};`),
    ...behind.flatMap(define),
    ...program.epilogue.map(({ value, ref }) => `${cellAt(ref)} = ${use(value)};`),
  ];
  const parameters = ['m', 'network', ...FIXED_ARGUMENTS, ...program.arrays].join(', ');
  const loop = [`for (let cell = from; cell < to; cell++) {`, ...indent(perCell), `}`];
  return [`function ${program.name}(${parameters}) {`, ...indent(loop), `}`].join('\n');
}

/** Functions under names of their own: looking them up in Math at every step is slow where globals are intercepted, as in Jest. */
export const JAVASCRIPT_PRELUDE = `const { min, max, abs, sqrt, exp, log, log2, tanh, pow } = Math;`;

function stepLines(program: Program): string[] {
  const inside = reachable(loopRoots(program)).filter(node => node.rate === 'step');
  return [
    ...blockPointer(program),
    ...program.blockIn.map(({ node, array }) => `const ${id(node)} = m[${array} + cell * blocks + block];`),
    ...program.seriesIn.map(({ node, ref }) => `const ${id(node)} = m[${pointer(ref)} + t];`),
    ...defineInOrder(program, inside),
    ...program.seriesOut.map(({ value, ref }) => `m[${pointer(ref)} + t] = ${use(value)};`),
    ...program.blockAdd.map(({ value, array }) => `m[${array} + cell * blocks + block] += ${use(value)};`),
    ...program.sums.map(({ value, total }) => `${id(total)} += ${use(value)};`),
    ...program.carried.map(({ next }, i) => `const next${i} = ${use(next)};`),
    ...program.carried.map(({ input }, i) => `${id(input)} = next${i};`),
  ];
}

/** What a call of the network needs comes before it, all else after the last call. */
function defineInOrder({ calls, network }: Program, inside: readonly Node[]): string[] {
  const known = new Set<Node>();
  const fresh = (nodes: readonly Node[]) => nodes.filter(node => !known.has(node) && !!known.add(node));
  const called = calls.flatMap(call => [
    ...fresh(reachable(call.args).filter(node => node.rate === 'step')).flatMap(define),
    ...networkCall(call, network!),
    ...fresh(inside.filter(({ op, args }) => op === 'pick' && args[0] === call)).map(
      pick => `const ${id(pick)} = m[networkScratch + ${resultOf(call, network!) + pick.value}];`,
    ),
  ]);
  return [...called, ...fresh(inside).flatMap(define)];
}

/** The arguments at `networkScratch` in the order that network-reference.ts says, and the call. */
function networkCall({ op, args }: Node, { inputs, outputs }: NetworkSize): string[] {
  const rest = op === 'networkAdjoint' ? 2 * inputs + outputs : inputs + outputs;
  const stores = args.map((node, i) => `m[networkScratch + ${i < inputs ? i : rest + i - inputs}] = ${use(node)};`);
  const call = {
    network: 'forward(m, weights, networkScratch)',
    networkAdjoint: 'adjoint(m, weights, networkScratch, weightAdjoint)',
    networkTangent: 'tangent(m, weights, networkScratch, weightDirection)',
  }[op as VectorOp];
  return [...stores, `network.${call};`];
}

/** Where at `networkScratch` the results of a call begin. */
function resultOf({ op }: Node, { inputs, outputs }: NetworkSize): number {
  return op === 'network' ? inputs : op === 'networkAdjoint' ? inputs + outputs : 2 * inputs + outputs;
}

/** The distinct rows of series a program walks along. */
export const seriesRows = (program: Program): SeriesRef[] => {
  const rows = [...program.seriesIn, ...program.seriesOut].map(({ ref }) => ref);
  return rows.filter((ref, i) => rows.findIndex(other => pointer(other) === pointer(ref)) === i);
};

export const pointer = (ref: SeriesRef): string => `${ref.array}_${ref.index}`;

const id = (node: Node): string => `n${node.id}`;
const cellAt = (ref: CellRef): string => `m[${ref.array} + ${ref.index === 0 ? '' : `${ref.index} * cells + `}cell]`;
const indent = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`);

const seriesPointers = (program: Program): string[] =>
  seriesRows(program).map(ref => `const ${pointer(ref)} = ${ref.array} + (cell * ${ref.count} + ${ref.index}) * steps;`);

const blockPointer = (program: Program): string[] =>
  program.arrays.includes(BLOCK_OF_STEP) ? [`const block = m[${BLOCK_OF_STEP} + t] | 0;`] : [];

const isCondition = (node: Node): boolean => node.op === 'lt' || node.op === 'le';

function define(node: Node): string[] {
  return node.op === 'constant' || node.op === 'input' || isVector(node) || isCondition(node)
    ? []
    : [`const ${id(node)} = ${expression(node)};`];
}

function use(node: Node): string {
  if (node.op === 'constant') return node.value < 0 ? `(${node.value})` : String(node.value);
  return isCondition(node) ? expression(node) : id(node);
}

const FUNCTIONS = new Set(['min', 'max', 'abs', 'sqrt', 'exp', 'log', 'log2', 'tanh', 'pow']);
const INFIX: Readonly<Record<string, string>> = { add: '+', sub: '-', mul: '*', div: '/', lt: '<', le: '<=' };

function expression(node: Node): string {
  const [a, b, c] = node.args.map(use) as [string, string, string];
  if (node.op in INFIX) return `${a} ${INFIX[node.op]!} ${b}`;
  if (FUNCTIONS.has(node.op)) return `${node.op}(${node.args.map(use).join(', ')})`;
  switch (node.op) {
    case 'neg':
      return `-${a}`;
    case 'reciprocal':
      return `1 / ${a}`;
    case 'exp2':
      return `pow(2, ${a})`;
    case 'select':
      return `${a} ? ${b} : ${c}`;
    default:
      throw new Error(`no JavaScript for ${node.op}`);
  }
}
