import type { Logger } from '#runtime';
import type { Freshet } from '../start-freshet.js';

/**
 * Waits for the end of a Freshet: its own, or a signal. Ctrl-C and SIGTERM drain: the cycle at work is committed, what
 * was published is handled, then the database stops; a second signal ends at once.
 * @returns whether it came to its own end.
 */
export async function runUntilStopped(freshet: Freshet, logger: Logger): Promise<boolean> {
  let signalled!: (signal: NodeJS.Signals) => void;
  const signal = new Promise<NodeJS.Signals>(resolve => (signalled = resolve));
  for (const name of SIGNALS) process.once(name, signalled);
  try {
    const ended = await Promise.race([freshet.finished.then(() => null), signal]);
    if (ended !== null) logger.info({ signal: ended }, 'stopping');
    return ended === null;
  } catch (error) {
    await freshet.stop();
    throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, signalled);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The usual exit code of a program ended by SIGINT. */
export const EXIT_INTERRUPTED = 130;
