import { Worker } from 'node:worker_threads';
import { reject, type RainDecoding } from '#observation';
import type { KeepClutter, RainAnswer, RainQuestion, RainWish, RemapAnswer, RemapQuestion, RemapWish } from './rain-messages.js';
import { Remapper } from './remapper.js';

/** Small files take tens of ms, the largest mosaics some seconds on a busy machine. */
const LONGEST_MS = 20_000;
/** workerData is there because the polyfill of workers that geotiff loads reads it in every thread. */
const OPTIONS = { resourceLimits: { maxOldGenerationSizeMb: 2048 }, workerData: {} };

/**
 * Decodes files of gridded rain in a thread of its own, one after another. A damaged HDF5 file can make the HDF5 library loop
 * without end, trap or take all memory: then the thread is ended, the file is a reject, and the next file gets a new thread. The
 * thread that asks is never held up.
 */
export class RainDecoder {
  private worker: Worker | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private files = 0;

  constructor(private readonly longestMs = LONGEST_MS) {}

  /** Never rejects; a file that ends the thread is among the rejects by name. */
  decode(bytes: Uint8Array, reading: RainWish): Promise<RainDecoding> {
    const decoded = this.last.then(async () => {
      const answer = await this.ask<RainAnswer>({ id: ++this.files, bytes, reading });
      if (typeof answer !== 'string') return answer.decoding;
      return { rasters: [], rejects: [reject('FILE_UNREADABLE', `${reading.name} ${answer}`)] };
    });
    this.last = decoded;
    return decoded;
  }

  /** The depths on other cells, worked out in the thread; here only where it does not answer. */
  remap(wish: RemapWish): Promise<Float32Array> {
    const remapped = this.last.then(async () => {
      const answer = await this.ask<RemapAnswer>({ id: ++this.files, remap: wish });
      return typeof answer === 'string' ? new Remapper().remap(wish) : answer.depths;
    });
    this.last = remapped;
    return remapped;
  }

  /** Writes a map of clutter as it was learned from the files so far. */
  keepClutter(file: string): Promise<void> {
    const kept = this.last.then(() => this.worker?.postMessage({ keep: file } satisfies KeepClutter));
    this.last = kept;
    return kept;
  }

  async close(): Promise<void> {
    await this.last;
    await this.drop();
  }

  /** The answer, or why there is none; then the thread is ended. */
  private async ask<Answer extends RainAnswer | RemapAnswer>(question: RainQuestion | RemapQuestion): Promise<Answer | string> {
    const answer = (await this.started()) ?? (await this.answered<Answer>(question));
    if (typeof answer === 'string') await this.drop();
    return answer;
  }

  /** Waits until a thread is there; says why there is none. */
  private started(): Promise<string | null> {
    if (this.worker !== undefined) return Promise.resolve(null);
    const worker = new Worker(new URL('./rain.worker.js', import.meta.url), OPTIONS);
    this.worker = worker;
    return hear(worker, {
      message: () => null,
      error: cause => `could not be read, since its thread did not start: ${String(cause)}`,
    });
  }

  /** The answer, or why there is none. */
  private answered<Answer>(question: RainQuestion | RemapQuestion): Promise<Answer | string> {
    const worker = this.worker!;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>(resolve => {
      timer = setTimeout(resolve, this.longestMs, `could not be read within ${this.longestMs / 1000} s; it is damaged`);
    });
    const heard = hear<Answer | string>(worker, {
      message: answer => answer as Answer,
      error: () => 'ended the thread that read it; it is damaged',
    });
    worker.ref();
    worker.postMessage(question);
    return Promise.race([heard, late]).finally(() => {
      clearTimeout(timer);
      worker.unref(); // a decoder that waits keeps no process alive
    });
  }

  private async drop(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    worker?.on('error', () => undefined); // it may still fail while it is being ended
    worker?.ref();
    await worker?.terminate();
  }
}

/** The next thing a thread says, or its end. */
function hear<T>(worker: Worker, on: { readonly message: (said: unknown) => T; readonly error: (cause: unknown) => T }): Promise<T> {
  return new Promise(resolve => {
    const heard = (said: unknown) => {
      worker.off('error', failed);
      resolve(on.message(said));
    };
    const failed = (cause: unknown) => {
      worker.off('message', heard);
      resolve(on.error(cause));
    };
    worker.once('message', heard);
    worker.once('error', failed);
  });
}
