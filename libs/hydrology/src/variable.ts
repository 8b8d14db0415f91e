export type VariableKind = 'forcing' | 'state' | 'parameter' | 'flux' | 'observation';

/** One line of the register of variables: what a symbol of the papers means, in which unit and range. */
export interface Variable {
  readonly id: string;
  readonly symbol: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: VariableKind;
  /** Feasible range; also the calibration bounds of a parameter or state. */
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly doc: string;
}

/** Makes a line of the register. */
export const variable = (
  id: string,
  kind: VariableKind,
  unit: string,
  [min, max, initial]: readonly [number, number, number],
  name: string,
  doc: string,
): Variable => Object.freeze({ id, symbol: id, kind, unit, min, max, default: initial, name, doc });
