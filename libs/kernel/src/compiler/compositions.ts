import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sealedRunoff, sealing } from '../formulas/sealing.js';
import type { Structure } from '../structure.js';
import type { Declared } from './assemble.js';

const SEALING = join(dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts'))), 'sealing.ts');

/**
 * `<structure>_sealed` for every structure with a slot that gives net rain: the same slots with those of impervious ground around its
 * soil. A variant of its own rather than a factor in every step, because most basins have no map of imperviousness: without it a
 * structure keeps its parameters, its files and its speed.
 */
export const sealedStructures = (structures: readonly Declared<Structure>[]): Declared<Structure>[] =>
  structures
    .filter(({ declaration: { slots, network } }) => slots.interception && !slots.surface && !slots.outlet && !network)
    .map(({ name, declaration, path }) => ({
      name: `${name}_sealed`,
      path,
      also: [SEALING],
      declaration: {
        ...declaration,
        title: `${declaration.title}, with impervious ground`,
        slots: { ...declaration.slots, surface: sealing, outlet: sealedRunoff },
      },
    }));
