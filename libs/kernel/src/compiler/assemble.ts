import { VARIABLES, type VariableId } from '#hydrology';
import { ROUTINGS, STRUCTURES, type RoutingName, type Slot, type StructureName } from '../structure.js';
import { type FormulaLibrary, refuse } from './formula-source.js';
import { Graph, type Node } from './graph.js';
import { parametersOf, traceFormula } from './trace-formula.js';

/** Fixed numbers of a cell that formulas may ask for by name; no gradient is taken by them. */
export const GEOMETRY = ['cellArea', 'upstreamArea', 'reachLength', 'stepSeconds'] as const;

/** One time step as an expression graph: named inputs, and named outputs as nodes. */
export interface StepGraph {
  readonly graph: Graph;
  readonly states: readonly VariableId[];
  readonly parameters: readonly VariableId[];
  readonly geometry: readonly string[];
  /** Inputs that change at every step and are not states. */
  readonly series: readonly string[];
  readonly inputs: ReadonlyMap<string, Node>;
  readonly outputs: ReadonlyMap<string, Node>;
}

export type Locate = (file: string) => string;

/** The column of a structure: forcing → its slots → elemental discharge. */
export function assembleColumn(library: FormulaLibrary, locate: Locate, name: StructureName): StepGraph {
  const structure = STRUCTURES[name];
  const first = { formula: 'forcing', file: 'forcing' };
  const last = { formula: 'runoff', file: 'runoff' };
  const step = assemble(library, locate, { slots: [first, ...structure.slots, last], series: ['rain', 'pet', 'rainFactor'] });
  const sum = (names: readonly string[]) => names.map(n => step.outputs.get(n)!).reduce((a, b) => step.graph.make('add', a, b));
  const outputs = new Map(step.outputs);
  outputs.set('balance:rain', step.outputs.get('P')!);
  outputs.set('balance:evaporation', sum(structure.evaporation));
  outputs.set('balance:exchange', sum([structure.exchange]));
  outputs.set('balance:runoff', step.outputs.get('qt')!);
  return { ...step, outputs };
}

/** The reach of a routing and its headwater, which has the same states and parameters whether it uses them or not. */
export function assembleReaches(library: FormulaLibrary, locate: Locate, name: RoutingName): { reach: StepGraph; head: StepGraph } {
  const series = ['runoff', 'qup'];
  const reach = assemble(library, locate, { slots: [ROUTINGS[name].reach], series });
  const head = assemble(library, locate, { slots: [ROUTINGS[name].head], series, also: [...reach.states, ...reach.parameters] });
  return { reach, head };
}

interface Recipe {
  readonly slots: readonly Slot[];
  readonly series: readonly string[];
  /** Inputs to have even if no formula asks for them. */
  readonly also?: readonly string[];
}

function assemble(library: FormulaLibrary, locate: Locate, { slots, series, also = [] }: Recipe): StepGraph {
  const graph = new Graph();
  const inputs = new Map<string, Node>();
  const values = new Map<string, Node>();
  const supply = (slot: Slot, name: string): Node => {
    const given = values.get(name);
    if (given) return given;
    const rate = rateOf(name, series);
    if (!rate) complain(library, locate, slot, name);
    const node = graph.input(name, rate);
    inputs.set(name, node);
    values.set(name, node);
    return node;
  };
  for (const name of also) supply(slots[0]!, name);
  for (const slot of slots) {
    const file = library.file(locate(slot.file));
    const args = parametersOf(file, slot.formula).map(name => supply(slot, name));
    const result = traceFormula(library, graph, { file, name: slot.formula, args });
    if (!(result instanceof Map)) refuse(file, file.source, `${slot.formula} is a slot: it must return an object of named numbers`);
    for (const [name, node] of result as ReadonlyMap<string, Node>) values.set(name, node);
  }
  const named = (kind: string) => (Object.keys(VARIABLES) as VariableId[]).filter(id => inputs.has(id) && VARIABLES[id].kind === kind);
  return {
    graph,
    inputs,
    outputs: values,
    states: named('state'),
    parameters: named('parameter'),
    geometry: GEOMETRY.filter(name => inputs.has(name)),
    series: series.filter(name => inputs.has(name)),
  };
}

function rateOf(name: string, series: readonly string[]): 'cell' | 'step' | undefined {
  if (series.includes(name)) return 'step';
  if ((GEOMETRY as readonly string[]).includes(name)) return 'cell';
  const kind = name in VARIABLES ? VARIABLES[name as VariableId].kind : undefined;
  return kind === 'state' ? 'step' : kind === 'parameter' ? 'cell' : undefined;
}

function complain(library: FormulaLibrary, locate: Locate, slot: Slot, name: string): never {
  const file = library.file(locate(slot.file));
  const parameter = file.functions.get(slot.formula)!.parameters.find(p => p.name.getText(file.source) === name)!;
  return refuse(file, parameter, `"${name}" is given by no earlier slot and is no state, parameter or geometry of the register`);
}
