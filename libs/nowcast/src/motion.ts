import { nodesAlong, forNodes, type VectorField } from './displacement.js';
import { fillGaps } from './fill-gaps.js';
import { firstGuess } from './first-guess.js';
import { refineMotion } from './lucas-kanade.js';
import { coarsen, raster, sampleAt, type Raster } from './raster.js';

export interface MotionOptions {
  /** Nothing moves farther in a step, cells. */
  readonly most: number;
  /** Cells between the nodes of the answer. */
  readonly spacing: number;
}

/** Motion is sought on a raster of at most this many cells a side, and on ever coarser ones down to the least. */
const MOST_SIDE = 320;
const LEAST_SIDE = 20;

/**
 * The motion that carries each field into the next, cells per step, from the last two or three fields of log rain, oldest first. One
 * displacement of all by cross-correlation, then dense Lucas and Kanade (1981) from coarse to fine. Where no rain says how it
 * moves, the motion of its surroundings is continued. NaN cells say nothing; dry ones do, by their edge.
 */
export function estimateMotion(fields: readonly Raster[], { most, spacing }: MotionOptions): VectorField {
  const { rows, columns } = fields[0]!;
  const factor = Math.max(1, Math.ceil(Math.max(rows, columns) / MOST_SIDE));
  let pyramid = [fields.map(field => (factor === 1 ? field : coarsen(field, factor)))];
  while (Math.min(pyramid[0]![0]!.rows, pyramid[0]![0]!.columns) >= 2 * LEAST_SIDE)
    pyramid = [pyramid[0]!.map(one => coarsen(one, 2)), ...pyramid];
  const guess = firstGuess(pyramid.at(-1)!, most / factor);
  const shrink = 2 ** (pyramid.length - 1);
  const coarsest = pyramid[0]![0]!;
  const constant = (value: number): Raster => raster(coarsest.rows, coarsest.columns, new Float32Array(coarsest.values.length).fill(value));
  let motion = { down: constant(guess.down / shrink), right: constant(guess.right / shrink) };
  for (const level of pyramid) {
    if (level[0] !== coarsest) motion = { down: doubled(motion.down, level[0]!), right: doubled(motion.right, level[0]!) };
    motion = refineMotion(level, motion);
  }
  return onNodes(motion, { rows, columns, factor, spacing });
}

/** Twice the motion on twice the raster: cell centres of the coarse raster lie between those of the fine one. */
function doubled(coarse: Raster, { rows, columns }: Raster): Raster {
  const fine = raster(rows, columns);
  forNodes(fine, (row, column, k) => {
    fine.values[k] = 2 * sampleAt(coarse, (row + 0.5) / 2 - 0.5, (column + 0.5) / 2 - 0.5);
  });
  return fine;
}

interface Lattice {
  readonly rows: number;
  readonly columns: number;
  readonly factor: number;
  readonly spacing: number;
}

function onNodes(motion: { readonly down: Raster; readonly right: Raster }, { rows, columns, factor, spacing }: Lattice): VectorField {
  const place = (from: Raster): Raster => {
    const nodes = raster(nodesAlong(rows, spacing), nodesAlong(columns, spacing));
    const filled = fillGaps(from, 0);
    forNodes(nodes, (row, column, k) => {
      const at = (node: number): number => (node * spacing + 0.5) / factor - 0.5;
      nodes.values[k] = factor * sampleAt(filled, at(row), at(column));
    });
    return nodes;
  };
  return { spacing, down: place(motion.down), right: place(motion.right) };
}
