import type { Field } from './fill-cells.js';

export interface SpeckleSettings {
  /** A wet group of fewer cells is no rain. */
  readonly cells: number;
  /** Wet from this rate on, mm/h. */
  readonly wet: number;
}

/**
 * Cells of wet groups (touching by a side or a corner) that are smaller than `cells` and whose every neighbour was seen and found dry: a
 * group at the edge of what the radar sees may be the rim of something larger.
 */
export function findSpeckle({ rows, columns, values }: Field, settings: SpeckleSettings, hours: number): Uint32Array {
  const wet = settings.wet * hours;
  const visited = new Uint8Array(values.length);
  const found: number[] = [];
  const group: number[] = [];
  for (let start = 0; start < values.length; start++) {
    if (visited[start] === 1 || !(values[start]! >= wet)) continue;
    group.length = 0;
    visited[start] = 1;
    group.push(start);
    let isWhole = true;
    for (let next = 0; next < group.length; next++) {
      const cell = group[next]!;
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      for (let r = row - 1; r <= row + 1; r++) {
        for (let c = column - 1; c <= column + 1; c++) {
          if (r < 0 || r >= rows || c < 0 || c >= columns) {
            isWhole = false;
            continue;
          }
          const neighbour = r * columns + c;
          const value = values[neighbour]!;
          if (value !== value)
            isWhole = false; // not seen
          else if (value >= wet && visited[neighbour] === 0) {
            visited[neighbour] = 1;
            group.push(neighbour);
          }
        }
      }
    }
    if (isWhole && group.length < settings.cells) found.push(...group);
  }
  return Uint32Array.from(found);
}
