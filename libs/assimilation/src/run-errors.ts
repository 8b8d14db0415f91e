import { decayError, newErrorFilter, predictError, updateErrorFilter, type ErrorFilter } from './error-filter.js';
import { ADDITIVE, RELATIVE, type ErrorSpace } from './error-space.js';

/** The filtered errors of one run at a gauge, on both scales: which of them tells the future better changes with the flood. */
export interface RunErrors {
  readonly additive: ErrorFilter;
  readonly relative: ErrorFilter;
}

/** e-folding time of a relative error, hours: a bias of the radar that stays, so next to no decay. */
const LASTING_H = 1000;

/** Valid time of the newest observation taken in, null before the first. */
export const newestOf = ({ additive }: RunErrors): number | null => additive.time;

export const newRunErrors = (): RunErrors => ({ additive: newErrorFilter(), relative: newErrorFilter() });

/** Takes in an observation and what the run gave at its stamp, both m³/s. */
export function updateRunErrors(
  errors: RunErrors,
  at: { readonly time: number; readonly observed: number; readonly run: number },
): RunErrors {
  const update = (filter: ErrorFilter, { to }: ErrorSpace): ErrorFilter => updateErrorFilter(filter, at.time, to(at.observed) - to(at.run));
  return { additive: update(errors.additive, ADDITIVE), relative: update(errors.relative, RELATIVE) };
}

/** Error of the run expected at a time, m³/s; before the newest observation that of the newest. */
export const expectError = ({ additive }: RunErrors, at: number): number => predictError(additive, Math.max(at, additive.time ?? at));

/** Discharge of the run at a later time with its filtered error added, m³/s: what a store does wrong stays when the flood has passed. */
export const addError = ({ additive }: RunErrors, run: number, at: number): number =>
  ADDITIVE.from(ADDITIVE.to(run) + predictError(additive, at));

/** The same with its last relative error kept, m³/s: what the rain does wrong grows with the flood. */
export const scaleByError = ({ relative }: RunErrors, run: number, at: number): number =>
  RELATIVE.from(RELATIVE.to(run) + decayError(relative, at, LASTING_H));
