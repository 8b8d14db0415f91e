import { Fault } from '#errors';
import { linkLengths, type Mesh, type VariableId } from '#hydrology';
import { javaScriptBackend, sharedBackend, shareSimd } from './backend.js';
import { CompiledKernel } from './compiled-kernel.js';
import { type GeneratedColumn, type GeneratedReach, loadColumn, loadReach, routingNames, structureNames } from './generated-module.js';
import type { Kernel, KernelLayout, NetworkLayout } from './kernel.js';
import { type NetworkShape, weightCount } from './network.js';
import type { KernelParts } from './kernel-pass.js';
import { scheduleReaches } from './schedule-reaches.js';
import type { NetworkSlot } from './structure.js';
import { ThreadTeam } from './threads/thread-team.js';

export type ReachLength = 'cell' | 'link';

export interface KernelRecipe {
  /** One of structureNames(). */
  readonly structure: string;
  /** One of routingNames(). */
  readonly routing: string;
  readonly mesh: Mesh;
  /** Cell of each station, in the order of the discharge rows. */
  readonly stationCells: ArrayLike<number>;
  readonly stepSeconds: number;
  /** How long a reach is for the kinematic wave: the cell's x size (as SMASH, without), or the link to the next cell with its diagonals. */
  readonly reachLength?: ReachLength;
  /** f64: the reference in JavaScript; f32: SIMD WebAssembly, an order of magnitude faster. */
  readonly precision: 'f64' | 'f32';
  /** Numbers a gradient may keep of the states of every step; beyond that it computes them twice instead. */
  readonly largestTape?: number;
  /** Sizes of the hidden layers of the structure's network, one of 16 without it; refused for a structure that has none. */
  readonly network?: { readonly hidden: readonly number[] };
  /** Threads that compute, 1 without it. Results do not depend on it. The f64 reference always runs on one. */
  readonly threads?: number;
  /**
   * Where an f32 kernel computes, its own memory without it. A memory is given back long after its kernel is forgotten: who needs many
   * small kernels one after the other gives all of them one (`computingMemory()`). They must be of one structure, routing and network.
   */
  readonly memory?: WebAssembly.Memory;
}

const MOST_THREADS = 64;

/** 128 MB in float32: the Cance for a year of hours, a large basin for a window. */
const LARGEST_TAPE = 2 ** 25;

/** A kernel for one mesh, its stations and one time step. Costs milliseconds; keep it as long as the mesh. */
export const createKernel = (recipe: KernelRecipe): Kernel => assembleKernel(recipe, loadParts(recipe.structure, recipe.routing));

/** The layout that the kernel of a recipe has, without making it. */
export const recipeLayout = (recipe: KernelRecipe): KernelLayout => kernelLayout(recipe, loadParts(recipe.structure, recipe.routing));

/** What the build or a test compiled. */
export interface GeneratedParts {
  readonly generatedColumn: GeneratedColumn;
  readonly generatedReach: GeneratedReach;
}

/** A kernel of parts that are loaded already. */
export function assembleKernel(recipe: KernelRecipe, parts: GeneratedParts): Kernel {
  const { mesh, precision } = recipe;
  const { generatedColumn, generatedReach } = parts;
  const layout = kernelLayout(recipe, parts);
  const shape = shapeOf(layout.network);
  const sharing = precision === 'f32' ? shareSimd(generatedColumn, generatedReach, shape, recipe.memory) : undefined;
  const backend = sharing ? sharedBackend(sharing) : javaScriptBackend(generatedColumn, generatedReach, shape);
  const geometry = geometryOf(recipe);
  const threads = sharing ? checkThreads(recipe.threads ?? 1) : 1;
  const kernelParts: KernelParts = {
    layout,
    backend,
    schedule: scheduleReaches(mesh, backend.lanes),
    column: generatedColumn.column,
    reach: generatedReach.reach,
    geometry,
    geometryNames: [...geometry.keys()],
    threads,
    stationCells: checkStations(recipe),
    largestTape: recipe.largestTape ?? LARGEST_TAPE,
    stores: Object.entries(generatedColumn.stores).map(([store, capacity]) => ({
      state: layout.states.indexOf(store as VariableId),
      ...(typeof capacity === 'number' ? { factor: capacity } : { parameter: layout.parameters.indexOf(capacity as VariableId) }),
    })),
  };
  return new CompiledKernel(kernelParts, sharing && threads > 1 ? new ThreadTeam(kernelParts, sharing) : undefined);
}

function kernelLayout(recipe: KernelRecipe, parts: GeneratedParts): KernelLayout {
  return {
    ...layoutOf(recipe, parts),
    cellCount: recipe.mesh.cellCount,
    stationCount: recipe.stationCells.length,
    stepSeconds: recipe.stepSeconds,
    precision: recipe.precision,
    ...(recipe.reachLength && { reachLength: recipe.reachLength }),
    ...networkOf(recipe, parts.generatedColumn.network),
  };
}

const DEFAULT_HIDDEN = [16];
const LARGEST_LAYER = 256;
const MOST_LAYERS = 8;

/** The network of a structure with the hidden layers of the recipe. */
function networkOf({ structure, network: wish }: KernelRecipe, slot: NetworkSlot | undefined): Pick<KernelLayout, 'network'> {
  if (!slot && wish)
    throw new Fault('NETWORK_INVALID', `${structure} has no network, but hidden layers ${wish.hidden.join(', ')} are asked for`);
  if (!slot) return {};
  const hidden = wish?.hidden ?? DEFAULT_HIDDEN;
  const fits = (size: number) => Number.isInteger(size) && size >= 1 && size <= LARGEST_LAYER;
  if (hidden.length < 1 || hidden.length > MOST_LAYERS || !hidden.every(fits)) {
    const rule = `give 1 to ${MOST_LAYERS} whole numbers from 1 to ${LARGEST_LAYER}`;
    throw new Fault('NETWORK_INVALID', `hidden layers [${hidden.join(', ')}]: ${rule}`);
  }
  const { inputs, outputs } = slot;
  return { network: { inputs, hidden, outputs, weightCount: weightCount({ inputs: inputs.length, hidden, outputs: outputs.length }) } };
}

const shapeOf = (network: NetworkLayout | undefined): NetworkShape | undefined =>
  network && { inputs: network.inputs.length, hidden: network.hidden, outputs: network.outputs.length };

type StructureLayout = Pick<KernelLayout, 'structure' | 'routing' | 'states' | 'parameters' | 'needsTemperature'>;

function layoutOf(
  { structure, routing }: Pick<KernelRecipe, 'structure' | 'routing'>,
  { generatedColumn: { column }, generatedReach: { reach } }: GeneratedParts,
): StructureLayout {
  return {
    structure,
    routing,
    states: [...column.states, ...reach.states],
    parameters: [...column.parameters, ...reach.parameters],
    needsTemperature: column.run.arrays.includes('temperature'),
  };
}

function loadParts(structure: string, routing: string): GeneratedParts {
  refuseUnknown('structure', structure, structureNames());
  refuseUnknown('routing', routing, routingNames());
  return { generatedColumn: loadColumn(structure), generatedReach: loadReach(routing) };
}

function refuseUnknown(kind: string, name: string, known: readonly string[]): void {
  if (!known.includes(name))
    throw new Fault('STRUCTURE_UNKNOWN', `unknown ${kind} "${name}"; there is ${known.join(', ')}`, { [kind]: name });
}

function geometryOf({ mesh, stepSeconds, reachLength }: KernelRecipe): ReadonlyMap<string, Float64Array> {
  return new Map([
    ['cellArea', mesh.areaM2],
    ['upstreamArea', mesh.upstreamAreaM2.map((area, cell) => Math.max(area - mesh.areaM2[cell]!, mesh.areaM2[cell]!))],
    ['reachLength', reachLength === 'link' ? linkLengths(mesh) : mesh.lengthM],
    ['stepSeconds', new Float64Array(mesh.cellCount).fill(stepSeconds)],
  ]);
}

function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new Fault('COMMAND_INVALID', `a kernel runs on 1 to ${MOST_THREADS} threads, not on ${threads}`);
}

function checkStations({ stationCells, mesh }: KernelRecipe): number[] {
  const cells = Array.from(stationCells);
  for (const cell of cells) {
    if (!Number.isInteger(cell) || cell < 0 || cell >= mesh.cellCount)
      throw new Fault('INVARIANT', `a station lies in cell ${cell}; the mesh has ${mesh.cellCount}`);
  }
  return cells;
}
