import type { EpochMs } from '#hydrology';
import type { Alerting } from './start-alerting.js';

/** The part of the clock the watchdog needs: live or simulated, it ticks in its own time. */
export interface TickingClock {
  now(): EpochMs;
  /** Runs the job at the times of a cron expression in UTC until told to stop. */
  every(cron: string, job: () => Promise<void>): { stop(): void } | (() => void);
}

/** Five minutes after each beat: its cycle has had its time, and nothing else may wake the evaluation when everything is silent. */
export const WATCH_CRON = '5,20,35,50 * * * *';

/** What does not arrive wakes nobody: the clock does. The looks themselves (rain, gauges, cycle) are part of the evaluation. */
export function watchInputs(alerting: Alerting, clock: TickingClock): () => void {
  const stop = clock.every(WATCH_CRON, () => alerting.evaluateAll(clock.now()));
  return typeof stop === 'function'
    ? stop
    : () => {
        stop.stop();
      };
}
