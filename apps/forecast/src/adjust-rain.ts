import type { DomainSettings } from '#config';
import { adjustGrids, estimateAdjustment, type AdjustmentSettings, type RainAdjustment } from '#forcing';
import { epochMs, type EpochMs } from '#hydrology';
import { readRainAt, readRainGauges, type OnTime, type Pool } from '#store';
import type { CycleTask } from './cycle-messages.js';
import type { ForecastBasin } from './forecast-basin.js';

interface Wanted {
  /** Rain of (from, to] is to be adjusted. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly issueTime: EpochMs;
  readonly asOf: EpochMs;
  /** As if everything had come in time, for a reanalysis. */
  readonly onTime?: { readonly radar: OnTime; readonly gauges: OnTime };
}

/** The mean-field bias of the radar by what rain gauges and radar had sent by the cut-off; null where the domain does not adjust. */
export async function adjustmentFor(
  pool: Pool,
  { domain }: Pick<ForecastBasin, 'domain'>,
  { from, to, issueTime, asOf, onTime }: Wanted,
): Promise<RainAdjustment | null> {
  const { adjust } = domain.settings.forcing;
  if (adjust === undefined) return null;
  const span = { basin: domain.basin, from: epochMs(from - adjust.window - adjust.step), to: issueTime, asOf };
  const cells = domain.rainGauges.map(({ cell }) => cell);
  const [radar, gauges] = await Promise.all([
    readRainAt(pool, { ...span, ...(onTime && { onTime: onTime.radar }) }, cells),
    readRainGauges(pool, { ...span, ...(onTime && { onTime: onTime.gauges }) }),
  ]);
  return estimateAdjustment({
    ...{ from, to, issueTime, asOf, radar, gauges },
    cellOf: new Map(domain.rainGauges.map(({ id }, place) => [id, place])), // the radar was read at the gauges alone
    settings: adjustmentSettings(adjust),
  });
}

/** As the estimate takes what domain.yaml says. */
export function adjustmentSettings({
  by: _,
  step,
  window,
  memory,
  ...rest
}: NonNullable<DomainSettings['forcing']['adjust']>): AdjustmentSettings {
  return { stepMs: step, windowMs: window, memoryMs: memory, ...rest };
}

/**
 * The task with its radar multiplied by the factor of its time: what was received on the mesh and around it, and what is given as known;
 * not the rain of weather models, which no gauge was compared with.
 */
export function adjustTask(task: CycleTask, adjustment: RainAdjustment | null): CycleTask {
  if (adjustment === null) return task;
  const rain = adjustGrids(task.observed.rain, adjustment);
  return {
    ...task,
    observed: { ...task.observed, rain, rainAdjustment: adjustment.summary },
    futureRain: adjustExpected(task.futureRain, adjustment),
  };
}

function adjustExpected(expected: CycleTask['futureRain'], adjustment: RainAdjustment): CycleTask['futureRain'] {
  if (expected.kind === 'known') return { ...expected, rain: adjustGrids(expected.rain, adjustment) };
  if (expected.kind !== 'to-nowcast' || expected.mosaics === null) return expected;
  return { ...expected, mosaics: adjustGrids(expected.mosaics, adjustment) };
}
