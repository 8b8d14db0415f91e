import { Fault } from '#errors';
import type { Mesh } from '#hydrology';
import { javaScriptBackend, simdBackend } from './backend.js';
import { CompiledKernel } from './compiled-kernel.js';
import { loadColumn, loadReach } from './generated-module.js';
import type { Kernel, KernelLayout } from './kernel.js';
import { scheduleReaches } from './schedule-reaches.js';
import { ROUTINGS, STRUCTURES, type StructureName } from './structure.js';

export interface KernelRecipe {
  /** A name of STRUCTURES. */
  readonly structure: string;
  /** A name of ROUTINGS. */
  readonly routing: string;
  readonly mesh: Mesh;
  /** Cell of each station, in the order of the discharge rows. */
  readonly stationCells: ArrayLike<number>;
  readonly stepSeconds: number;
  /** f64: the reference in JavaScript; f32: SIMD WebAssembly, an order of magnitude faster. */
  readonly precision: 'f64' | 'f32';
  /** Numbers a gradient may keep of the states of every step; beyond that it computes them twice instead. */
  readonly largestTape?: number;
}

/** 128 MB in float32: the Cance for a year of hours, a large basin for a window. */
const LARGEST_TAPE = 2 ** 25;

/** States and parameters of a structure with a routing, in the order of their arrays: those of the column, then those of the reach. */
export function structureLayout(structure: string, routing: string): Pick<KernelLayout, 'structure' | 'routing' | 'states' | 'parameters'> {
  const { generatedColumn, generatedReach } = loadParts(structure, routing);
  const { column } = generatedColumn;
  const { reach } = generatedReach;
  return { structure, routing, states: [...column.states, ...reach.states], parameters: [...column.parameters, ...reach.parameters] };
}

/** A kernel for one mesh, its stations and one time step. Costs milliseconds; keep it as long as the mesh. */
export function createKernel(recipe: KernelRecipe): Kernel {
  const { structure, routing, mesh, stepSeconds, precision } = recipe;
  const { generatedColumn, generatedReach } = loadParts(structure, routing);
  const layout: KernelLayout = {
    ...structureLayout(structure, routing),
    cellCount: mesh.cellCount,
    stationCount: recipe.stationCells.length,
    stepSeconds,
    precision,
  };
  const backend = (precision === 'f32' ? simdBackend : javaScriptBackend)(generatedColumn, generatedReach);
  const capacities = Object.entries(STRUCTURES[structure as StructureName].capacityOf);
  return new CompiledKernel({
    layout,
    backend,
    schedule: scheduleReaches(mesh, backend.lanes),
    column: generatedColumn.column,
    reach: generatedReach.reach,
    geometry: geometryOf(mesh, stepSeconds),
    stationCells: checkStations(recipe),
    largestTape: recipe.largestTape ?? LARGEST_TAPE,
    stores: capacities.map(([store, capacity]) => [layout.states.indexOf(store as never), layout.parameters.indexOf(capacity as never)]),
  });
}

function loadParts(structure: string, routing: string) {
  if (!(structure in STRUCTURES))
    throw new Fault('STRUCTURE_UNKNOWN', `unknown structure "${structure}"; there is ${Object.keys(STRUCTURES).join(', ')}`, { structure });
  if (!(routing in ROUTINGS))
    throw new Fault('STRUCTURE_UNKNOWN', `unknown routing "${routing}"; there is ${Object.keys(ROUTINGS).join(', ')}`, { routing });
  return { generatedColumn: loadColumn(structure), generatedReach: loadReach(routing) };
}

function geometryOf(mesh: Mesh, stepSeconds: number): ReadonlyMap<string, Float64Array> {
  return new Map([
    ['cellArea', mesh.areaM2],
    ['upstreamArea', mesh.upstreamAreaM2.map((area, cell) => Math.max(area - mesh.areaM2[cell]!, mesh.areaM2[cell]!))],
    ['reachLength', mesh.lengthM],
    ['stepSeconds', new Float64Array(mesh.cellCount).fill(stepSeconds)],
  ]);
}

function checkStations({ stationCells, mesh }: KernelRecipe): number[] {
  const cells = Array.from(stationCells);
  for (const cell of cells) {
    if (!Number.isInteger(cell) || cell < 0 || cell >= mesh.cellCount)
      throw new Fault('INVARIANT', `a station lies in cell ${cell}; the mesh has ${mesh.cellCount}`);
  }
  return cells;
}
