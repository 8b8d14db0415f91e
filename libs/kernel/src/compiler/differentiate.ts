import { type Graph, type Node, reachable } from './graph.js';

/**
 * Reverse mode: the adjoints of the leaves, given the adjoints of some outputs.
 * `isLeaf` stops the sweep: inputs, and in a loop every node that does not change with the step.
 */
export function reverse(graph: Graph, seeds: ReadonlyMap<Node, Node>, isLeaf: (node: Node) => boolean): Map<Node, Node> {
  const adjoints = new Map<Node, Node>(seeds);
  const order = reachable([...seeds.keys()]).reverse();
  for (const node of order) {
    const adjoint = adjoints.get(node);
    if (!adjoint || isLeaf(node)) continue;
    for (const [argument, share] of pullBack(graph, node, adjoint)) {
      if (argument.op === 'constant' || isZero(share)) continue;
      const before = adjoints.get(argument);
      adjoints.set(argument, before ? graph.make('add', before, share) : share);
    }
  }
  return adjoints;
}

/** Forward mode: the derivative of each root along the directions given for inputs; an input without one is fixed. */
export function tangent(graph: Graph, roots: readonly Node[], directions: ReadonlyMap<Node, Node>): Map<Node, Node> {
  const zero = graph.constant(0);
  const dots = new Map<Node, Node>(directions);
  for (const node of reachable(roots)) if (!dots.has(node)) dots.set(node, pushForward(graph, node, dots) ?? zero);
  return dots;
}

const isZero = (node: Node): boolean => node.op === 'constant' && node.value === 0;

/** Each argument's share of the adjoint of a node. */
function pullBack(graph: Graph, node: Node, adjoint: Node): [Node, Node][] {
  const [a, b, c] = node.args as [Node, Node, Node];
  const zero = graph.constant(0);
  switch (node.op) {
    case 'add':
      return [
        [a, adjoint],
        [b, adjoint],
      ];
    case 'sub':
      return [
        [a, adjoint],
        [b, graph.make('neg', adjoint)],
      ];
    case 'min':
    case 'max': {
      const first = node.op === 'max' ? graph.make('le', b, a) : graph.make('le', a, b);
      return [
        [a, graph.make('select', first, adjoint, zero)],
        [b, graph.make('select', first, zero, adjoint)],
      ];
    }
    case 'sloped':
      return [[b, graph.make('mul', adjoint, c)]];
    case 'held':
      return [];
    case 'select':
      return [
        [b, graph.make('select', a, adjoint, zero)],
        [c, graph.make('select', a, zero, adjoint)],
      ];
    default:
      return node.args
        .map((argument, i): [Node, Node | undefined] => [argument, argument.op === 'constant' ? undefined : partial(graph, node, i)])
        .filter((pair): pair is [Node, Node] => pair[1] !== undefined)
        .map(([argument, slope]) => [argument, graph.make('mul', adjoint, slope)]);
  }
}

function pushForward(graph: Graph, node: Node, dots: ReadonlyMap<Node, Node>): Node | undefined {
  const [a, b, c] = node.args as [Node, Node, Node];
  const dot = (argument: Node) => dots.get(argument)!;
  switch (node.op) {
    case 'constant':
    case 'input':
    case 'lt':
    case 'le':
    case 'network':
    case 'held':
      return undefined;
    case 'pick':
      return graph.pick(graph.make('networkTangent', ...a.args, ...a.args.map(dot)), node.value);
    case 'add':
    case 'sub':
      return graph.make(node.op, dot(a), dot(b));
    case 'max':
      return graph.make('select', graph.make('le', b, a), dot(a), dot(b));
    case 'min':
      return graph.make('select', graph.make('le', a, b), dot(a), dot(b));
    case 'sloped':
      return isZero(dot(b)) ? undefined : graph.make('mul', dot(b), c);
    case 'select':
      return graph.make('select', a, dot(b), dot(c));
    default: {
      const terms = node.args.filter(argument => !isZero(dot(argument)));
      const moved = node.args.map((argument, i) =>
        terms.includes(argument) ? graph.make('mul', dot(argument), partial(graph, node, i)) : undefined,
      );
      return moved
        .filter(term => term !== undefined)
        .reduce<Node | undefined>((sum, term) => (sum ? graph.make('add', sum, term) : term), undefined);
    }
  }
}

/** ∂node/∂args[i], in terms of values the forward step has already computed. */
function partial(graph: Graph, node: Node, i: number): Node {
  const [a, b] = node.args as [Node, Node];
  const { make } = { make: graph.make.bind(graph) };
  const number = (value: number) => graph.constant(value);
  switch (node.op) {
    case 'mul':
      return i === 0 ? b : a;
    case 'div':
      return i === 0 ? make('reciprocal', b) : make('neg', make('mul', node, make('reciprocal', b)));
    case 'neg':
      return number(-1);
    case 'reciprocal':
      return make('neg', make('mul', node, node));
    case 'abs':
      return make('select', make('lt', a, number(0)), number(-1), number(1));
    case 'sqrt':
      return make('mul', number(0.5), make('reciprocal', node));
    case 'exp':
      return node;
    case 'log':
      return make('reciprocal', a);
    case 'tanh':
      return make('sub', number(1), make('mul', node, node));
    case 'exp2':
      return make('mul', number(Math.LN2), node);
    case 'log2':
      return make('mul', number(Math.LOG2E), make('reciprocal', a));
    case 'pow':
      return i === 0 ? make('mul', b, make('mul', node, make('reciprocal', a))) : make('mul', node, make('log', a));
    default:
      throw new Error(`no derivative for ${node.op}`);
  }
}
