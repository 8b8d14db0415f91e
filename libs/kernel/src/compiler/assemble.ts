import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VARIABLES, type VariableId } from '#hydrology';
import { type Formula, type NetworkSlot, type Routing, type SlotName, SLOTS, type Structure } from '../structure.js';
import { type FormulaFile, type FormulaLibrary, refuse, refuseWord } from './formula-source.js';
import { Graph, type Node } from './graph.js';
import { parametersOf, traceFormula } from './trace-formula.js';

/** Fixed numbers of a cell that formulas may ask for by name; no gradient is taken by them. */
export const GEOMETRY = ['cellArea', 'upstreamArea', 'reachLength', 'stepSeconds'] as const;

/** Where the formulas around every column are. */
const FORMULAS = dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts')));

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
  /** The neural network of the step, if it has one. */
  readonly network?: StepNetwork;
}

/** What goes into the network and what comes out of its last, linear layer. */
export interface StepNetwork {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** A declaration of a structure or routing beside the file it was read from. */
export interface Declared<T> {
  readonly name: string;
  readonly declaration: T;
  /** Path of its TypeScript source, which holds or imports its formulas. */
  readonly path: string;
  /** Formula files of slots that a composition added. */
  readonly also?: readonly string[];
}

/** The column of a structure: forcing → its slots → elemental discharge. Refuses what cannot be wired, naming file and line. */
export function assembleColumn(library: FormulaLibrary, { declaration, path, also = [] }: Declared<Structure>): StepGraph {
  const file = library.file(path);
  const added = also.map(other => library.file(other));
  const slotsOf = (names: readonly SlotName[]) =>
    names
      .flatMap(slot => declaration.slots[slot] ?? [])
      .map(formula => locateFormula(library, added.find(({ functions }) => functions.has(formula.name)) ?? file, formula));
  const place = SLOTS.indexOf('production');
  const network = declaration.network ? [{ file, ...declaration.network }] : [];
  const own = [...slotsOf(SLOTS.slice(0, place)), ...network, ...slotsOf(SLOTS.slice(place))];
  const around = (name: string): Slot => ({ file: library.file(join(FORMULAS, `${name}.ts`)), formula: name });
  const step = assemble(library, {
    slots: [around('forcing'), ...own, around('runoff')],
    series: ['rain', 'pet', 'temperature', 'rainFactor'],
  });
  checkDeclaration(file, declaration, step);
  const sum = (names: readonly string[]) =>
    names.map(n => step.outputs.get(n)!).reduce((a, b) => step.graph.make('add', a, b), step.graph.constant(0));
  const outputs = new Map(step.outputs);
  outputs.set('balance:rain', step.outputs.get('precipitation')!);
  outputs.set('balance:evaporation', sum(declaration.evaporation));
  outputs.set('balance:exchange', sum(declaration.exchange));
  outputs.set('balance:runoff', step.outputs.get('qt')!);
  return { ...step, outputs };
}

/** The reach of a routing and its headwater, which has the same states and parameters whether it uses them or not. */
export function assembleReaches(library: FormulaLibrary, { declaration, path }: Declared<Routing>): { reach: StepGraph; head: StepGraph } {
  const file = library.file(path);
  const series = ['runoff', 'qup'];
  const reach = assemble(library, { slots: [locateFormula(library, file, declaration.reach)], series, also: series });
  const head = assemble(library, {
    slots: [locateFormula(library, file, declaration.head)],
    series,
    also: [...reach.states, ...reach.parameters],
  });
  return { reach, head };
}

/** Where a formula that a declaration names is written: in its own file or in one that it imports, itself or through others. */
export function locateFormula(library: FormulaLibrary, file: FormulaFile, { name }: Formula): Slot {
  const seen = new Set<string>([file.path]);
  for (const path of seen) {
    const { functions, imports } = path === file.path ? file : library.file(path);
    if (functions.has(name)) return { file: path === file.path ? file : library.file(path), formula: name };
    for (const { path: next } of imports.values()) if (isKernelSource(next)) seen.add(next);
  }
  return refuse(file, file.source, `the slot "${name}" must be a function of this file or imported by it under its name`);
}

/** Formulas, and the files that compose structures of them; packages and intrinsics hold no formulas. */
const isKernelSource = (path: string): boolean => path.endsWith('.ts') && !path.endsWith('/intrinsics.ts');

/** What a structure says of its water must be there. */
function checkDeclaration(file: FormulaFile, declaration: Structure, step: StepGraph): void {
  const given = [...step.outputs].filter(([name, node]) => node !== step.inputs.get(name)).map(([name]) => name);
  for (const name of [...declaration.evaporation, ...declaration.exchange])
    if (!step.outputs.has(name)) refuseWord(file, name, `no slot gives "${name}"; there is ${given.join(', ')}`);
  for (const [store, capacity] of Object.entries(declaration.stores)) {
    if (!step.states.includes(store as VariableId))
      refuseWord(file, store, `"${store}" is no state of these slots; the states are ${step.states.join(', ')}`);
    if (typeof capacity === 'string' && !step.parameters.includes(capacity as VariableId))
      refuseWord(file, capacity, `"${capacity}" is no parameter of these slots; a store has a parameter or a number as capacity`);
  }
  for (const state of step.states)
    if (!(state in declaration.stores))
      refuseWord(file, 'stores', `the state "${state}" is missing here: say how much water it holds, 0 if it is no water`);
}

/** A formula and the file it is written in. */
export interface Slot {
  readonly file: FormulaFile;
  readonly formula: string;
}

interface NetworkPlace extends NetworkSlot {
  readonly file: FormulaFile;
}

interface Recipe {
  readonly slots: readonly (Slot | NetworkPlace)[];
  readonly series: readonly string[];
  /** Inputs to have even if no formula asks for them. */
  readonly also?: readonly string[];
}

function assemble(library: FormulaLibrary, { slots, series, also = [] }: Recipe): StepGraph {
  const graph = new Graph();
  const inputs = new Map<string, Node>();
  const values = new Map<string, Node>();
  let network: StepNetwork | undefined;
  const supply = (slot: Slot | NetworkPlace, name: string): Node => {
    const given = values.get(name);
    if (given) return given;
    const rate = rateOf(name, series);
    if (!rate) return complain(slot, name);
    const node = graph.input(name, rate);
    inputs.set(name, node);
    values.set(name, node);
    return node;
  };
  for (const name of also) supply(slots[0]!, name);
  for (const slot of slots) {
    if ('outputs' in slot) {
      network = callNetwork(graph, slot, name => supply(slot, name));
      slot.outputs.forEach((name, i) => values.set(name, network!.outputs[i]!));
      continue;
    }
    const { file, formula } = slot;
    const args = parametersOf(file, formula).map(name => supply(slot, name));
    const result = traceFormula(library, graph, { file, name: formula, args });
    if (!(result instanceof Map))
      refuse(file, file.functions.get(formula)!, `${formula} is a slot: it must return an object of named numbers`);
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
    ...(network ? { network } : {}),
  };
}

function callNetwork(graph: Graph, slot: NetworkSlot, supply: (name: string) => Node): StepNetwork {
  const inputs = slot.inputs.map(supply);
  const vector = graph.make('network', ...inputs);
  return { inputs, outputs: slot.outputs.map((_, i) => graph.pick(vector, i)) };
}

function rateOf(name: string, series: readonly string[]): 'cell' | 'step' | undefined {
  if (series.includes(name)) return 'step';
  if ((GEOMETRY as readonly string[]).includes(name)) return 'cell';
  const kind = name in VARIABLES ? VARIABLES[name as VariableId].kind : undefined;
  return kind === 'state' ? 'step' : kind === 'parameter' ? 'cell' : undefined;
}

function complain(slot: Slot | NetworkPlace, name: string): never {
  const complaint = `"${name}" is given by no earlier slot and is no state, parameter or geometry of the register`;
  if ('outputs' in slot) return refuseWord(slot.file, name, `the network's input ${complaint}`);
  const { file, formula } = slot;
  const parameter = file.functions.get(formula)!.parameters.find(p => p.name.getText(file.source) === name)!;
  return refuse(file, parameter, complaint);
}
