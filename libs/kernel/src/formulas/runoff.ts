/** Elemental discharge of a cell in m³/s from its runoff in mm per step. */
export function runoff(qt: number, cellArea: number, stepSeconds: number) {
  return { runoff: qt * ((0.001 * cellArea) / stepSeconds) };
}
