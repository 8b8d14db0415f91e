import { Worker } from 'node:worker_threads';
import {
  READY,
  type ForgetClutter,
  type KeepClutter,
  type RainAnswer,
  type RainQuestion,
  type RemapAnswer,
  type RemapQuestion,
} from './rain-messages.js';

/** workerData is there because the polyfill of workers that geotiff loads reads it in every thread. */
const OPTIONS = { resourceLimits: { maxOldGenerationSizeMb: 2048 }, workerData: {} };

export interface Limits {
  /** A thread that answers later than this after it was asked has failed. */
  readonly longestMs: number;
  /** From then on a question counts as slow. */
  readonly slowAfterMs: number;
  readonly onSlow: () => void;
}

/** A thread that decodes files of gridded rain, one at a time; it may be started long before it is asked. */
export class DecodingThread {
  readonly #worker = new Worker(new URL('./rain.worker.js', import.meta.url), OPTIONS);
  #heard: ((said: unknown) => void) | undefined;
  #failed: ((cause: unknown) => void) | undefined;
  #state: 'starting' | 'idle' | 'busy' | 'slow' | 'ended' = 'starting';

  /** `onStarted` is told that it can be asked; `onEnded` that it never will be again, and why, whether it started or not. */
  constructor(onStarted: () => void, onEnded: (cause: unknown) => void) {
    this.#worker.on('message', (said: unknown) => {
      if (said !== READY) return this.#heard?.(said);
      if (this.#state !== 'starting') return;
      this.#state = 'idle';
      this.#worker.unref(); // a decoder that waits keeps no process alive
      onStarted();
    });
    this.#worker.on('error', cause => {
      const asked = this.#failed;
      const known = this.#state === 'ended';
      this.#state = 'ended';
      if (asked !== undefined) asked(cause);
      else if (!known) onEnded(cause);
    });
  }

  get state(): 'starting' | 'idle' | 'busy' | 'slow' | 'ended' {
    return this.#state;
  }

  /** The answer to one question of an idle thread, or why there is none; then the thread is of no more use. */
  async ask(question: RainQuestion | RemapQuestion, limits: Limits): Promise<RainAnswer | RemapAnswer | string> {
    this.#state = 'busy';
    this.#worker.ref();
    const timers: NodeJS.Timeout[] = [];
    const answer = await new Promise<RainAnswer | RemapAnswer | string>(resolve => {
      this.#heard = said => {
        resolve(said as RainAnswer | RemapAnswer);
      };
      this.#failed = () => {
        resolve('ended the thread that read it; it is damaged');
      };
      const late = `could not be read within ${limits.longestMs / 1000} s; it is damaged`;
      timers.push(setTimeout(resolve, limits.longestMs, late));
      timers.push(
        setTimeout(() => {
          this.#slow(limits);
        }, limits.slowAfterMs),
      );
      this.#worker.postMessage(question);
    });
    timers.forEach(clearTimeout);
    [this.#heard, this.#failed] = [undefined, undefined];
    this.#state = typeof answer === 'string' ? 'ended' : 'idle';
    this.#worker.unref();
    return answer;
  }

  #slow({ onSlow }: Limits): void {
    this.#state = 'slow';
    onSlow();
  }

  /** Needs no answer; taken between two questions. */
  tell(message: KeepClutter | ForgetClutter): void {
    this.#worker.postMessage(message);
  }

  async end(): Promise<void> {
    this.#state = 'ended';
    this.#worker.ref();
    await this.#worker.terminate();
  }
}
