import { Fault, type FaultCode } from '#errors';
import { VARIABLES, type VariableId } from '#hydrology';
import type { KernelLayout, RunRequest } from './kernel.js';

/** What float32 may round a filling of a store by; more is no rounding. */
const ROUNDING = 1e-4;

interface Bound {
  readonly words: string;
  readonly holds: (value: number) => boolean;
}

const FINITE: Bound = { words: 'must be a number', holds: Number.isFinite };
const POSITIVE: Bound = { words: 'must be above 0', holds: value => value > 0 && value < Infinity };
const SHARE: Bound = { words: 'must lie in [0, 1]', holds: value => value >= -ROUNDING && value <= 1 + ROUNDING };

/** Equations hold for capacities, scales and exponents above 0; where the register allows 0 or less, any number will do. */
function parameterBound(id: VariableId): Bound {
  if (id === 'imperviousness') return SHARE;
  return VARIABLES[id].min > 0 ? POSITIVE : FINITE;
}

/** A normalised store is a share; a depth or a discharge may be any number. */
const stateBound = (id: VariableId): Bound => (VARIABLES[id].unit === '-' ? SHARE : FINITE);

/**
 * Refuses values for which the equations are not defined, before anything is computed.
 * @throws Fault PARAMETERS_INVALID or STATE_OUT_OF_BOUNDS naming symbol, cell, value and bound.
 */
export function checkValues({ parameters, initialState }: RunRequest, layout: KernelLayout): void {
  const check = (code: FaultCode, ids: readonly VariableId[], values: Float64Array, boundOf: (id: VariableId) => Bound): void => {
    ids.forEach((id, row) => {
      const { words, holds } = boundOf(id);
      for (let cell = 0; cell < layout.cellCount; cell++) {
        const value = values[row * layout.cellCount + cell]!;
        if (!holds(value)) throw new Fault(code, `${id} of cell ${cell} is ${value}; ${VARIABLES[id].name}: ${words}`, { id, cell, value });
      }
    });
  };
  check('PARAMETERS_INVALID', layout.parameters, parameters, parameterBound);
  check('STATE_OUT_OF_BOUNDS', layout.states, initialState, stateBound);
}
