import type { Logger } from '#runtime';
import type { Freshet } from '../start-freshet.js';

/** A wish to stop, heard from the moment the command began. */
export interface StopWish {
  readonly signalled: Promise<NodeJS.Signals>;
  /** Stops listening. */
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for Ctrl-C and its like; a second signal of the same kind ends the process at once. Call it before anything is started. */
export function awaitStopWish(): StopWish {
  let wish!: (signal: NodeJS.Signals) => void;
  const signalled = new Promise<NodeJS.Signals>(resolve => (wish = resolve));
  for (const name of SIGNALS) process.once(name, wish);
  return {
    signalled,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, wish);
    },
  };
}

/**
 * Waits for the end of a Freshet: its own, or a signal. The caller then stops it, which drains: the cycle at work is
 * committed, what was published is handled, then the database stops.
 * @returns whether it came to its own end.
 */
export async function runUntilStopped(freshet: Pick<Freshet, 'finished'>, wish: StopWish, logger: Logger): Promise<boolean> {
  const signal = await Promise.race([freshet.finished.then(() => null), wish.signalled]);
  if (signal !== null) logger.info({ signal }, 'stopping');
  return signal === null;
}

/** The usual exit code of a program ended by SIGINT. */
export const EXIT_INTERRUPTED = 130;
