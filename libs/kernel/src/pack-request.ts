import type { KernelForcing, RainFactors } from './kernel.js';

/** Where the cells of a request go in the memory of a back end. */
export interface CellInputs {
  readonly memory: Float64Array | Float32Array;
  /** Cell of each slot, −1 where a lane is idle. */
  readonly cellOfSlot: Int32Array;
  readonly lanes: number;
  readonly cellCount: number;
}

/** Copies `[row × cells + cell]` to `[row × slots + slot]`; an idle lane gets `idle`, or the values of cell 0, which are safe. */
export function loadCells({ memory, cellOfSlot, cellCount }: CellInputs, at: number, values: Float64Array, idle?: number): void {
  const rows = values.length / cellCount;
  for (let row = 0; row < rows; row++) {
    for (let slot = 0; slot < cellOfSlot.length; slot++) {
      const cell = cellOfSlot[slot]!;
      memory[at + row * cellOfSlot.length + slot] = cell >= 0 ? values[row * cellCount + cell]! : (idle ?? values[row * cellCount]!);
    }
  }
}

/** °C, the packed value of a temperature that is missing; the formulas know it because no air is as cold. */
const MISSING_TEMPERATURE = -99;

/**
 * Copies the forcing to `[unit][step][lane]`. Where rain or PET is missing (below 0 or NaN) the step gets rain −1 and
 * PET 0, which is how the formulas know it. `temperature` is the address of a structure that has a snow slot.
 */
export function packForcing(
  { memory, cellOfSlot, lanes, cellCount }: CellInputs,
  to: { forcing: KernelForcing; rain: number; pet: number; temperature: number | undefined },
): void {
  const { steps, rain, pet, temperature } = to.forcing;
  for (let slot = 0; slot < cellOfSlot.length; slot++) {
    const cell = Math.max(0, cellOfSlot[slot]!);
    const offset = Math.floor(slot / lanes) * steps * lanes + (slot % lanes);
    for (let t = 0; t < steps; t++) {
      const known = rain[t * cellCount + cell]! >= 0 && pet[t * cellCount + cell]! >= 0;
      memory[to.rain + offset + t * lanes] = known ? rain[t * cellCount + cell]! : -1;
      memory[to.pet + offset + t * lanes] = known ? pet[t * cellCount + cell]! : 0;
      if (to.temperature === undefined || temperature === undefined) continue;
      const degrees = temperature[t * cellCount + cell]!;
      memory[to.temperature + offset + t * lanes] = Number.isFinite(degrees) ? Math.max(MISSING_TEMPERATURE, degrees) : MISSING_TEMPERATURE;
    }
  }
}

interface RainFactorTarget {
  readonly factors: RainFactors | undefined;
  readonly steps: number;
  readonly at: number;
  readonly blockAt: number;
}

/** Writes the factor of each cell and block, 1 without factors, and the block of each step. */
export function packRainFactors({ memory, cellOfSlot, lanes }: CellInputs, { factors, steps, at, blockAt }: RainFactorTarget): void {
  const blocks = factors?.blocks ?? 1;
  for (let slot = 0; slot < cellOfSlot.length; slot++) {
    const cell = Math.max(0, cellOfSlot[slot]!);
    const to = at + Math.floor(slot / lanes) * blocks * lanes + (slot % lanes);
    for (let block = 0; block < blocks; block++) {
      memory[to + block * lanes] = factors ? factors.values[factors.zoneOfCell[cell]! * blocks + block]! : 1;
    }
  }
  for (let t = 0; t < steps; t++) memory[blockAt + t] = factors ? factors.blockOfStep[t]! : 0;
}
