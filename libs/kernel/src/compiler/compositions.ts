import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { degreeDay } from '../formulas/degree-day.js';
import { sealedRunoff, sealing } from '../formulas/sealing.js';
import type { Structure } from '../structure.js';
import type { Declared } from './assemble.js';

const FORMULAS = dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts')));

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
      also: [join(FORMULAS, 'sealing.ts')],
      declaration: {
        ...declaration,
        title: `${declaration.title}, with impervious ground`,
        slots: { ...declaration.slots, surface: sealing, outlet: sealedRunoff },
      },
    }));

/**
 * `ssn_<structure>` for every structure without a snow slot: the same slots with SMASH's degree-day snow before them. A variant of its own,
 * since it takes one more forcing, the temperature, which most basins of flash floods do without.
 */
export const snowStructures = (structures: readonly Declared<Structure>[]): Declared<Structure>[] =>
  structures
    .filter(({ declaration: { slots } }) => !slots.snow)
    .map(({ name, declaration, path }) => ({
      name: `ssn_${name}`,
      path,
      also: [join(FORMULAS, 'degree-day.ts')],
      declaration: {
        ...declaration,
        title: `${declaration.title}, with degree-day snow`,
        source: `${declaration.source}; snow: SMASH (ssn)`,
        slots: { ...declaration.slots, snow: degreeDay },
        stores: { hs: 1, ...declaration.stores },
      },
    }));
