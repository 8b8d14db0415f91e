import { HOUR_MS, type TimeGrid } from '#hydrology';
import type { Kernel, KernelForcing, MassBalance, RunRequest } from '#kernel';

/** A run kept hour by hour, or step by step where steps are longer. */
export interface Simulation {
  readonly time: TimeGrid;
  /** Layout of the states in `states`. */
  readonly layout: Kernel['layout'];
  /** m³/s, [station × steps + step]. */
  readonly discharge: Float64Array;
  /** The state at the end of every piece, [state × cell]. */
  readonly states: readonly Float64Array[];
  /** Water of every piece, mm over the basin. */
  readonly fluxes: readonly MassBalance[];
  /** Length of a piece. */
  readonly pieces: TimeGrid;
  readonly massBalance: MassBalance;
}

/**
 * Runs a period in pieces of an hour, or of a step where that is longer. Restarts are exact, so the discharge is that of one run; between the pieces the stores can
 * be read and the water of the hour weighed.
 */
export function simulateInPieces(time: TimeGrid, request: RunRequest, kernel: Kernel): Simulation {
  const { layout } = kernel;
  const pieceMs = Math.max(HOUR_MS, time.stepMs);
  const stepsPerPiece = pieceMs / time.stepMs;
  const count = Math.ceil(time.count / stepsPerPiece);
  const discharge = new Float64Array(layout.stationCount * time.count);
  const states: Float64Array[] = [];
  const fluxes: MassBalance[] = [];
  let initialState = request.initialState;
  for (let piece = 0; piece < count; piece++) {
    const first = piece * stepsPerPiece;
    const forcing = sliceForcing(request.forcing, [first, Math.min(first + stepsPerPiece, time.count)], layout.cellCount);
    const result = kernel.run({ ...request, forcing, initialState });
    for (let station = 0; station < layout.stationCount; station++) {
      discharge.set(result.discharge.subarray(station * forcing.steps, (station + 1) * forcing.steps), station * time.count + first);
    }
    initialState = result.finalState;
    states.push(result.finalState);
    fluxes.push(result.massBalance);
  }
  return { time, layout, discharge, states, fluxes, pieces: { start: time.start, stepMs: pieceMs, count }, massBalance: total(fluxes) };
}

const sliceForcing = ({ rain, pet, temperature }: KernelForcing, [from, to]: readonly [number, number], cells: number): KernelForcing => ({
  steps: to - from,
  rain: rain.subarray(from * cells, to * cells),
  pet: pet.subarray(from * cells, to * cells),
  ...(temperature ? { temperature: temperature.subarray(from * cells, to * cells) } : {}),
});

function total(fluxes: readonly MassBalance[]): MassBalance {
  const sum = (of: (flux: MassBalance) => number): number => fluxes.reduce((all, flux) => all + of(flux), 0);
  const [rain, evaporation, exchange] = [sum(flux => flux.rain), sum(flux => flux.evaporation), sum(flux => flux.exchange)];
  const [runoff, storageChange] = [sum(flux => flux.runoff), sum(flux => flux.storageChange)];
  const relativeError = (rain + exchange - evaporation - runoff - storageChange) / rain;
  return { rain, evaporation, exchange, runoff, storageChange, relativeError };
}
