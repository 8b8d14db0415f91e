import { useEffect, useState } from 'preact/hooks';
import { sayProblem } from '../live.js';

export interface Reading<T> {
  /** Null until it was read. What was read stays when a later reading fails. */
  readonly value: T | null;
  /** Why the last reading failed; empty when it did not. */
  readonly problem: string;
}

/** Reads now, again every `everyMs`, and anew when `about` changes. */
export function useReading<T>(read: (signal: AbortSignal) => Promise<T>, about: string, everyMs: number): Reading<T> {
  const [reading, setReading] = useState<Reading<T>>({ value: null, problem: '' });
  useEffect(() => {
    const stopped = new AbortController();
    const look = (): void => {
      read(stopped.signal).then(
        value => {
          if (!stopped.signal.aborted) setReading({ value, problem: '' });
        },
        (error: unknown) => {
          if (!stopped.signal.aborted) setReading(before => ({ ...before, problem: sayProblem(error) }));
        },
      );
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => {
      stopped.abort();
      clearInterval(timer);
    };
  }, [about, everyMs]);
  return reading;
}
