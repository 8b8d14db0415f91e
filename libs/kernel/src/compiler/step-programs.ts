import type { StepGraph } from './assemble.js';
import { reverse, tangent } from './differentiate.js';
import { type Node, reachable } from './graph.js';
import { rewriter } from './lower.js';
import { type Carried, type NetworkSize, type Program, type ProgramParts, type SeriesRef, rootsOf, withArrays } from './program.js';

/** What leaves a step as a series and what is summed over the steps. */
export interface StepInterface {
  readonly series: readonly string[];
  readonly balance: readonly string[];
  /** Series of the step that vary by block (the rain factor) rather than by step. */
  readonly blocks: readonly string[];
  /** Series whose adjoint is wanted. */
  readonly wanted: readonly string[];
}

export const COLUMN: StepInterface = {
  series: ['runoff'],
  balance: ['balance:rain', 'balance:evaporation', 'balance:exchange', 'balance:runoff'],
  blocks: ['rainFactor'],
  wanted: ['rainFactor'],
};
export const REACH: StepInterface = { series: ['Q'], balance: [], blocks: [], wanted: ['runoff', 'qup'] };

const none = {
  network: undefined,
  cells: [],
  carried: [],
  seriesIn: [],
  seriesOut: [],
  blockIn: [],
  blockAdd: [],
  sums: [],
  epilogue: [],
} as const;

/** The programs of one step: forward with balance, forward with tape, adjoint, tangent. */
export function programsOf(step: StepGraph, face: StepInterface): Program[] {
  const backward = adjoint(step, face);
  const read = new Set(backward.seriesIn.filter(({ ref }) => ref.array === 'tape').map(({ ref }) => ref.index));
  return [
    forward(step, face, { name: 'run', taped: [] }),
    forward(step, face, { name: 'tape', taped: tapeRows(step).filter(({ ref }) => read.has(ref.index)) }),
    backward,
    directional(step, face),
  ];
}

interface ForwardKind {
  readonly name: 'run' | 'tape';
  /** Rows of the tape to write. */
  readonly taped: Program['seriesOut'];
}

function forward(step: StepGraph, face: StepInterface, { name, taped }: ForwardKind): Program {
  const balance = name === 'run' ? face.balance : [];
  const sums = balance.map(key => ({ value: output(step, key), total: step.graph.input(`total ${key}`, 'sum') }));
  const parts = {
    ...none,
    name,
    direction: 'forward' as const,
    network: networkSize(step),
    ...loads(step, face),
    carried: states(step),
    seriesOut: [...outputs(step, face), ...taped],
    sums,
    epilogue: sums.map(({ total }, index) => ({ value: total, ref: { array: 'balance', index } })),
  };
  return withArrays(used(parts));
}

/** The tape holds the states before each step and what the step made of its network: neither is computed again on the way back. */
function tapeRows(step: StepGraph): { value: Node; ref: SeriesRef }[] {
  const values = [...step.states.map(id => step.inputs.get(id)!), ...networkResults(step)];
  return values.map((value, index) => ({ value, ref: { array: 'tape', index, count: values.length } }));
}

/** Numbers that a step leaves on the tape. */
export const tapeWidth = (step: StepGraph): number => tapeRows(step).length;

/** The tanh of an output or of a choice between outputs stands for them, as all corrections take; else the outputs themselves. */
function networkResults({ network, outputs }: StepGraph): Node[] {
  if (!network) return [];
  const picks = new Set(network.outputs);
  const isChoice = (node: Node): boolean => picks.has(node) || (node.op === 'select' && node.args.slice(1).every(isChoice));
  const found = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (picks.has(node) || (node.op === 'tanh' && isChoice(node.args[0]!))) found.add(node);
    else node.args.forEach(visit);
  };
  [...outputs.values()].filter(node => !picks.has(node)).forEach(visit);
  return [...found].sort((a, b) => a.id - b.id);
}

/** The step with what the tape holds of its network as inputs; a tanh keeps its derivative, which needs its value only. */
function withNetworkTaped(step: StepGraph): { step: StepGraph; taped: (node: Node) => Node } {
  const { network, graph } = step;
  if (!network) return { step, taped: node => node };
  const taped = networkResults(step);
  const given = new Map([...network.outputs, ...taped].map(node => [node, graph.input(`network ${node.id}`, 'step')]));
  const slopeOf = (value: Node) => graph.make('sub', graph.constant(1), graph.make('mul', value, value));
  const rewrite = rewriter(graph, [...step.outputs.values(), ...network.outputs], (_, node, args) => {
    const value = given.get(node);
    return value && node.op === 'tanh' ? graph.make('sloped', value, args[0]!, slopeOf(value)) : value;
  });
  const outputs = new Map([...step.outputs].map(([name, node]) => [name, rewrite(node)]));
  const inner = { ...step, outputs, network: { inputs: network.inputs, outputs: network.outputs.map(rewrite) } };
  return { step: inner, taped: node => given.get(node) ?? node };
}

const networkSize = ({ network }: StepGraph): NetworkSize | undefined =>
  network && { inputs: network.inputs.length, outputs: network.outputs.length };

/** Reverse mode through a step and its network: what follows the network first, then the network, then what leads to it. */
function reverseStep({ graph, network }: StepGraph, seeds: ReadonlyMap<Node, Node>): ReadonlyMap<Node, Node> {
  const isLeaf = (node: Node) => node.op === 'input' || node.rate === 'cell';
  if (!network) return reverse(graph, seeds, isLeaf);
  const inputs = new Set(network.inputs);
  const after = reverse(graph, seeds, node => inputs.has(node) || isLeaf(node));
  const zero = graph.constant(0);
  const call = graph.make('networkAdjoint', ...network.inputs, ...network.outputs.map(node => after.get(node) ?? zero));
  const plus = (a: Node | undefined, b: Node) => (a ? graph.make('add', a, b) : b);
  const through = new Map(network.inputs.map((node, i) => [node, plus(after.get(node), graph.pick(call, i))]));
  const total = reverse(graph, through, isLeaf);
  for (const [node, adjoint] of after) if (isLeaf(node) && !inputs.has(node)) total.set(node, plus(total.get(node), adjoint));
  return total;
}

function adjoint(original: StepGraph, face: StepInterface): Program {
  const { step, taped } = withNetworkTaped(original);
  const { graph } = step;
  const seeds = new Map<Node, Node>();
  const seed = (node: Node, value: Node) => seeds.set(node, seeds.has(node) ? graph.make('add', seeds.get(node)!, value) : value);
  const ahead = step.states.map(id => graph.input(`adjoint ${id}`, 'step'));
  const received = face.series.map(key => graph.input(`adjoint ${key}`, 'step'));
  face.series.forEach((key, i) => {
    seed(output(step, key), received[i]!);
  });
  step.states.forEach((id, i) => {
    seed(output(step, id), ahead[i]!);
  });
  const inLoop = reverseStep(step, seeds);
  const of = (name: string) => inLoop.get(step.inputs.get(name)!) ?? graph.constant(0);
  const { sums, gradients } = parameterGradients(step, inLoop);
  const wanted = wantedOf(step, face);
  return withArrays(
    used({
      ...none,
      name: 'adjoint',
      direction: 'backward',
      network: networkSize(step),
      ...loads(step, face),
      seriesIn: [
        ...loads(step, face).seriesIn,
        ...tapeRows(original).map(({ value, ref }) => ({ node: taped(value), ref })),
        ...received.map((node, i) => ({ node, ref: row(`${face.series[i]!}Adjoint`) })),
      ],
      carried: step.states.map((id, index) => ({
        input: ahead[index]!,
        next: of(id),
        initial: { array: 'stateAdjoint', index },
        final: { array: 'stateAdjoint', index },
      })),
      seriesOut: wanted.filter(key => !face.blocks.includes(key)).map(key => ({ value: of(key), ref: row(`${key}Adjoint`) })),
      blockAdd: wanted.filter(key => face.blocks.includes(key)).map(key => ({ value: of(key), array: `${key}Adjoint` })),
      sums,
      epilogue: gradients.map((value, index) => ({ value, ref: { array: 'parameterAdjoint', index } })),
    }),
  );
}

/** Adjoints of what the loop only reads are summed over the steps, then carried back to the parameters once. */
function parameterGradients(step: StepGraph, inLoop: ReadonlyMap<Node, Node>) {
  const { graph } = step;
  const parameters = step.parameters.map(id => step.inputs.get(id)!);
  const matters = dependsOn(parameters);
  const sums = [...inLoop]
    .filter(([node]) => node.rate === 'cell' && node.op !== 'constant' && matters(node))
    .map(([node, value]) => ({ node, value, total: graph.input(`total of ${node.id}`, 'sum') }));
  const seeds = new Map(sums.map(({ node, total }) => [node, total]));
  const outer = reverse(graph, seeds, node => node.op === 'input');
  return { sums: sums.map(({ value, total }) => ({ value, total })), gradients: parameters.map(p => outer.get(p) ?? graph.constant(0)) };
}

function directional(step: StepGraph, face: StepInterface): Program {
  const directions = directionsOf(step, face);
  const along = (names: readonly string[]) => names.map(name => ({ name, node: directions.get(step.inputs.get(name)!)! }));
  const derivatives = tangent(
    step.graph,
    [...face.series, ...step.states].map(key => output(step, key)),
    directions,
  );
  const derivative = (key: string) => derivatives.get(output(step, key))!;
  const [blocks, series] = [true, false].map(blocked => along(wantedOf(step, face).filter(key => face.blocks.includes(key) === blocked)));
  const base = loads(step, face);
  const parameters = along(step.parameters).map(({ node }, index) => ({ node, ref: { array: 'parameterDirection', index } }));
  const carried = along(step.states).map(({ name, node }, index) => ({
    input: node,
    next: derivative(name),
    initial: { array: 'stateDirection', index },
    final: { array: 'finalStateDirection', index },
  }));
  return withArrays(
    used({
      ...none,
      name: 'tangent',
      direction: 'forward',
      network: networkSize(step),
      cells: [...base.cells, ...parameters],
      seriesIn: [...base.seriesIn, ...series!.map(({ name, node }) => ({ node, ref: row(`${name}Direction`) }))],
      blockIn: [...base.blockIn, ...blocks!.map(({ name, node }) => ({ node, array: `${name}Direction` }))],
      carried: [...states(step), ...carried],
      seriesOut: [...outputs(step, face), ...face.series.map(key => ({ value: derivative(key), ref: row(`${key}Direction`) }))],
    }),
  );
}

const wantedOf = (step: StepGraph, face: StepInterface): string[] => face.wanted.filter(key => step.inputs.has(key));

/** An input for the direction of each input that may move. */
function directionsOf(step: StepGraph, face: StepInterface): Map<Node, Node> {
  const direction =
    (rate: 'cell' | 'step') =>
    (name: string): [Node, Node] => [step.inputs.get(name)!, step.graph.input(`direction ${name}`, rate)];
  const moving = [...step.states, ...wantedOf(step, face)].map(direction('step'));
  return new Map([...moving, ...step.parameters.map(direction('cell'))]);
}

const row = (array: string) => ({ array, index: 0, count: 1 });

function output(step: StepGraph, name: string): Node {
  const node = step.outputs.get(name);
  if (!node) throw new Error(`the step gives no "${name}"`);
  return node;
}

const outputs = (step: StepGraph, face: StepInterface) => face.series.map(key => ({ value: output(step, key), ref: row(key) }));

const states = (step: StepGraph): Carried[] =>
  step.states.map((id, index) => ({
    input: step.inputs.get(id)!,
    next: output(step, id),
    initial: { array: 'state', index },
    final: { array: 'finalState', index },
  }));

function loads(step: StepGraph, face: StepInterface) {
  const node = (name: string) => step.inputs.get(name)!;
  return {
    cells: [
      ...step.parameters.map((id, index) => ({ node: node(id), ref: { array: 'parameter', index } })),
      ...step.geometry.map(name => ({ node: node(name), ref: { array: name, index: 0 } })),
    ],
    seriesIn: step.series.filter(key => !face.blocks.includes(key)).map(key => ({ node: node(key), ref: row(key) })),
    blockIn: step.series.filter(key => face.blocks.includes(key)).map(key => ({ node: node(key), array: key })),
  };
}

/** Leaves out loads that nothing needs. */
function used<T extends ProgramParts>(parts: T): T {
  const needed = new Set(reachable(rootsOf(parts)));
  const keep = <E extends { readonly node: Node }>(list: readonly E[]) => list.filter(entry => needed.has(entry.node));
  return { ...parts, cells: keep(parts.cells), seriesIn: keep(parts.seriesIn), blockIn: keep(parts.blockIn) };
}

function dependsOn(inputs: readonly Node[]): (node: Node) => boolean {
  const targets = new Set(inputs);
  const memo = new Map<Node, boolean>();
  const visit = (node: Node): boolean => {
    const known = memo.get(node);
    if (known !== undefined) return known;
    const answer = targets.has(node) || node.args.some(visit);
    memo.set(node, answer);
    return answer;
  };
  return visit;
}
