import { schedule } from 'node-cron';
import { epochMs, type EpochMs } from '#hydrology';

/** The time of Freshet: the present in operations, the past in a replay. Nothing else may ask for the time. */
export interface Clock {
  now(): EpochMs;
}

export type Job = () => Promise<void>;
export type Stop = () => Promise<void>;

/** The present. */
export const systemClock: Clock = Object.freeze({ now: () => epochMs(Date.now()) });

/** Runs a job at the times of a cron expression in UTC; a run that takes long is not overtaken by the next. */
export function every(cron: string, job: Job): Stop {
  const task = schedule(cron, job, { timezone: 'UTC', noOverlap: true });
  return async () => {
    await task.destroy();
  };
}

/** What moves operations: the time, and jobs at times. Tests give one of their own to pass a day in seconds. */
export interface Pulse {
  readonly clock: Clock;
  /** Runs the job at the times of a cron expression (with seconds if it has six fields) until it is stopped. */
  readonly every: (cron: string, job: Job) => Stop;
}

export const systemPulse: Pulse = Object.freeze({ clock: systemClock, every });
