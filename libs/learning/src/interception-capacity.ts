/** Rain and PET per step and cell, `[step × cellCount + cell]`, mm; missing is negative or NaN. */
export interface DemandAndSupply {
  readonly rain: Float32Array;
  readonly pet: Float32Array;
  readonly cellCount: number;
  readonly stepsPerDay: number;
}

/** 0.1, 0.2 … 2.9 mm, the candidates of SMASH. */
const CANDIDATES = Float64Array.from({ length: 29 }, (_, k) => (k + 1) / 10);

/**
 * Interception capacity of each cell, mm: the candidate whose evaporation summed over the period comes nearest to what a
 * daily balance would take, Σ min(P_day, E_day) (Ficchì et al. 2019). It depends on the period and on the step, so it is
 * found once and frozen. The series starts at 00:00 and the store starts empty. A step belongs to the day of its stamp, its
 * end, as in SMASH: the step that ends at midnight opens the next day.
 */
export function interceptionCapacity(forcing: DemandAndSupply): Float64Array {
  const capacities = new Float64Array(forcing.cellCount);
  for (let cell = 0; cell < forcing.cellCount; cell++) {
    const column = columnOf(forcing, cell);
    const target = dailyEvaporation(column, forcing.stepsPerDay);
    capacities[cell] = nearestCandidate(column, target);
  }
  return capacities;
}

interface Column {
  readonly rain: Float64Array;
  readonly pet: Float64Array;
}

function columnOf({ rain, pet, cellCount }: DemandAndSupply, cell: number): Column {
  const steps = rain.length / cellCount;
  const pick = (field: Float32Array): Float64Array => Float64Array.from({ length: steps }, (_, step) => field[step * cellCount + cell]!);
  return { rain: pick(rain), pet: pick(pet) };
}

/** Missing steps count as zero of what is missing. */
function dailyEvaporation({ rain, pet }: Column, stepsPerDay: number): number {
  let total = 0;
  for (let midnight = -1; midnight < rain.length; midnight += stepsPerDay) {
    let rainOfDay = 0;
    let petOfDay = 0;
    for (let step = Math.max(0, midnight); step < Math.min(midnight + stepsPerDay, rain.length); step++) {
      if (rain[step]! > 0) rainOfDay += rain[step]!;
      if (pet[step]! > 0) petOfDay += pet[step]!;
    }
    total += Math.min(rainOfDay, petOfDay);
  }
  return total;
}

function nearestCandidate(column: Column, target: number): number {
  let best = CANDIDATES[0]!;
  let bestMiss = Infinity;
  for (const candidate of CANDIDATES) {
    const miss = Math.abs(interceptedEvaporation(column, candidate) - target);
    if (miss < bestMiss) [best, bestMiss] = [candidate, miss];
  }
  return best;
}

/** The interception store alone, emptied by PET first and overflowing when full. */
function interceptedEvaporation({ rain, pet }: Column, capacity: number): number {
  let filling = 0;
  let total = 0;
  for (let step = 0; step < rain.length; step++) {
    const p = rain[step]!;
    const e = pet[step]!;
    if (!(p >= 0 && e >= 0)) continue;
    const evaporated = Math.min(e, p + filling * capacity);
    const throughfall = Math.max(0, p - capacity * (1 - filling) - evaporated);
    filling += (p - evaporated - throughfall) / capacity;
    total += evaporated;
  }
  return total;
}
