import type { Mesh } from './mesh.js';

/**
 * The zone of each cell: the index in `stationCells` of the nearest station downstream of it (a station's own cell belongs
 * to it), −1 for cells that drain past every station.
 */
export function zonesOfCells(mesh: Mesh, stationCells: readonly number[]): Int32Array {
  const zone = new Int32Array(mesh.cellCount).fill(-1);
  stationCells.forEach((cell, index) => (zone[cell] = index));
  // Downstream cells have larger indices: going down the indices, the zone below is known before it is needed.
  for (let cell = mesh.cellCount - 1; cell >= 0; cell--) {
    const below = mesh.downstream[cell]!;
    if (zone[cell] === -1 && below >= 0) zone[cell] = zone[below]!;
  }
  return zone;
}

/** The cells that drain through `outlet`, itself included, in the order of the mesh. */
export function cellsUpstreamOf(mesh: Mesh, outlet: number): Int32Array {
  const inside = new Uint8Array(mesh.cellCount);
  inside[outlet] = 1;
  for (let cell = outlet - 1; cell >= 0; cell--) if (mesh.downstream[cell]! >= 0) inside[cell] = inside[mesh.downstream[cell]!]!;
  return Int32Array.from([...inside.keys()].filter(cell => inside[cell] === 1));
}
