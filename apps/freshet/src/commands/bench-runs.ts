import { Fault } from '#errors';
import { SECOND_MS, VARIABLES, quantile, type VariableId } from '#hydrology';
import type { Cost } from '#kernel';

/** Where the register's default is not a filling that a running basin has. */
const TYPICAL: Partial<Record<VariableId, number>> = { ci: 1, hp: 0.5, ht: 0.3, hl: 0.3, ha: 0.5, hc: 0.3, llr: 30 };

/** Typical parameters or states, the same in every cell, [variable × cell]. */
export const typicalFields = (ids: readonly VariableId[], cellCount: number): Float64Array =>
  Float64Array.from({ length: ids.length * cellCount }, (_, i) => {
    const id = ids[Math.floor(i / cellCount)]!;
    return TYPICAL[id] ?? VARIABLES[id].default;
  });

/** The cost whose gradient is timed. */
export const sumOfSquares: Cost = (discharge, adjoint) => {
  let sum = 0;
  for (let i = 0; i < discharge.length; i++) {
    adjoint[i] = 2 * discharge[i]!;
    sum += discharge[i]! ** 2;
  }
  return sum;
};

export function secondsOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / SECOND_MS;
}

export const medianOf = (values: readonly number[]): number => quantile(values, 0.5);

/** @throws Fault COMMAND_INVALID for what is no whole number above 0. */
export function readCount(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Fault('COMMAND_INVALID', `${option} ${text} is not a whole number above 0`);
}
