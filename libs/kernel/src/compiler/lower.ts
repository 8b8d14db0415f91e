import type { StepGraph } from './assemble.js';
import { type Graph, type Node, reachable } from './graph.js';
import { type Program, rootsOf } from './program.js';

/** How one node is written otherwise, its arguments being rewritten already; undefined leaves it as it is. */
type Rule = (graph: Graph, node: Node, args: readonly Node[]) => Node | undefined;

/**
 * Prepares a step for SIMD before it is differentiated: quotients become products with reciprocals, which are shared and
 * hoisted where the divisor does not change, and powers become exp2(y·log2 x), whose logarithm the adjoint reuses.
 */
export function lowerStep(step: StepGraph): StepGraph {
  const rewrite = rewriter(step.graph, [...step.outputs.values()], (graph, node, args) => {
    const [a, b] = args as [Node, Node];
    const number = (value: number) => graph.constant(value);
    switch (node.op) {
      case 'div':
        return graph.make('mul', a, graph.make('reciprocal', b));
      case 'pow':
        return graph.make('exp2', graph.make('mul', b, graph.make('log2', a)));
      case 'exp':
        return graph.make('exp2', graph.make('mul', number(Math.LOG2E), a));
      case 'log':
        return graph.make('mul', number(Math.LN2), graph.make('log2', a));
      default:
        return undefined;
    }
  });
  const outputs = new Map([...step.outputs].map(([name, node]) => [name, rewrite(node)]));
  const network = step.network && { inputs: step.network.inputs.map(rewrite), outputs: step.network.outputs.map(rewrite) };
  return network ? { ...step, outputs, network } : { ...step, outputs };
}

/** Leaves out declared slopes and what was held, once derivatives are taken. */
export const dropSlopes = (graph: Graph, program: Program): Program =>
  rewriteProgram(graph, program, (_, node, args) => (node.op === 'sloped' || node.op === 'held' ? args[0]! : undefined));

/** Writes what SIMD has no instruction for by arithmetic, after differentiation, so that derivatives keep their own formulas. */
export const lowerProgram = (graph: Graph, program: Program): Program =>
  rewriteProgram(graph, dropSlopes(graph, program), (g, node, args) => (node.op === 'tanh' ? rationalTanh(g, args[0]!) : undefined));

function rewriteProgram(graph: Graph, program: Program, rule: Rule): Program {
  const rewrite = rewriter(graph, rootsOf(program), rule);
  return {
    ...program,
    carried: program.carried.map(c => ({ ...c, next: rewrite(c.next) })),
    seriesOut: program.seriesOut.map(s => ({ ...s, value: rewrite(s.value) })),
    blockAdd: program.blockAdd.map(b => ({ ...b, value: rewrite(b.value) })),
    sums: program.sums.map(s => ({ ...s, value: rewrite(s.value) })),
    epilogue: program.epilogue.map(e => ({ ...e, value: rewrite(e.value) })),
    calls: program.calls.map(rewrite),
  };
}

/** Beyond it tanh x rounds to 1 in float32. */
const TANH_LIMIT = 8.3;
/** tanh x ≈ x·P(x²)/Q(x²) on [−8.3, 8.3]: a minimax fit of our own, relative error 2e-7. */
const TANH_P = [0.9999998016568046, 0.12899077042371446, 0.002922492732207882, 1.1121165491139144e-5];
const TANH_Q = [1, 0.46232253767003667, 0.02369875474753812, 0.0002346416329367051, 2.3613327527615016e-7];

function rationalTanh(graph: Graph, x: Node): Node {
  const clamped = graph.make('max', graph.make('min', x, graph.constant(TANH_LIMIT)), graph.constant(-TANH_LIMIT));
  const z = graph.make('mul', clamped, clamped);
  const horner = (coefficients: readonly number[]) =>
    coefficients.map(c => graph.constant(c)).reduceRight((sum, c) => graph.make('add', graph.make('mul', sum, z), c));
  return graph.make('mul', graph.make('mul', clamped, horner(TANH_P)), graph.make('reciprocal', horner(TANH_Q)));
}

/** Rewrites a graph from its leaves up by a rule. */
export function rewriter(graph: Graph, roots: readonly Node[], rule: Rule): (node: Node) => Node {
  const done = new Map<Node, Node>();
  for (const node of reachable(roots)) {
    const args = node.args.map(argument => done.get(argument)!);
    const changed = rule(graph, node, args);
    const same = args.every((argument, i) => argument === node.args[i]);
    done.set(node, changed ?? (same ? node : node.op === 'pick' ? graph.pick(args[0]!, node.value) : graph.make(node.op, ...args)));
  }
  return node => done.get(node)!;
}
