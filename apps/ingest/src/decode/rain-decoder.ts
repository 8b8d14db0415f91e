import { reject, type RainDecoding } from '#observation';
import { DecodingThread } from './decoding-thread.js';
import type { RainAnswer, RainQuestion, RainWish, RemapAnswer, RemapQuestion, RemapWish } from './rain-messages.js';
import { Remapper } from './remapper.js';

/** Small files take tens of ms, the largest mosaics some seconds on a busy machine. */
const LONGEST_MS = 20_000;
/** The part of it that files of other sources wait for one: 1 s of 20. */
const SLOW_AFTER = 1 / 20;
/** One that reads and one for what waits behind a slow file. */
const MOST_THREADS = 2;

type Answer = RainAnswer | RemapAnswer | string;

interface Job {
  readonly question: RainQuestion | RemapQuestion;
  readonly clutterFile: string | undefined;
  readonly settle: (answer: Answer) => void;
}

/**
 * Decodes files of gridded rain in a thread of its own, one after another. A damaged HDF5 file can make the HDF5 library loop
 * without end, trap or take all memory: then the thread is ended, the file is a reject, and the next file gets another thread. The
 * thread that asks is never held up, nor are the files of another source: when one takes more than a twentieth of the longest time,
 * a second thread is started, which takes what waits and is there when the first has to be ended. A process that never meets a
 * slow file has one thread (20-50 MB each).
 */
export class RainDecoder {
  private readonly threads: DecodingThread[] = [];
  private readonly waiting: Job[] = [];
  /** Ends of threads and jobs that are under way. */
  private readonly open = new Set<Promise<unknown>>();
  /** The thread that holds the maps of clutter of a source. */
  private readonly homes = new Map<string, DecodingThread>();
  private files = 0;

  /** `longestMs` counts from when a thread begins a file, not from when the file was handed over. */
  constructor(private readonly longestMs = LONGEST_MS) {}

  /** Never rejects; a file that ends the thread is among the rejects by name. */
  async decode(bytes: Uint8Array, reading: RainWish): Promise<RainDecoding> {
    const answer = await this.ask({ id: ++this.files, bytes, reading }, reading.clutterFile);
    if (typeof answer !== 'string') return (answer as RainAnswer).decoding;
    return { rasters: [], rejects: [reject('FILE_UNREADABLE', `${reading.name} ${answer}`)] };
  }

  /** The depths on other cells, worked out in the thread; here only where it does not answer. */
  async remap(wish: RemapWish): Promise<Float32Array> {
    const answer = await this.ask({ id: ++this.files, remap: wish }, undefined);
    return typeof answer === 'string' ? new Remapper().remap(wish) : (answer as RemapAnswer).depths;
  }

  /** Writes a map of clutter as it was learned from the files that were answered so far. */
  keepClutter(file: string): Promise<void> {
    this.homes.get(file)?.tell({ keep: file });
    return Promise.resolve();
  }

  /** Waits for the files that were handed over, then ends every thread. */
  async close(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open);
    await Promise.all([...this.threads].map(thread => this.drop(thread)));
  }

  private ask(question: RainQuestion | RemapQuestion, clutterFile: string | undefined): Promise<Answer> {
    const answered = new Promise<Answer>(settle => this.waiting.push({ question, clutterFile, settle }));
    this.dispatch();
    return this.whileOpen(answered);
  }

  private whileOpen<T>(under: Promise<T>): Promise<T> {
    this.open.add(under);
    return under.finally(() => this.open.delete(under));
  }

  /** One file at a time; another beside it only when the first is slow. */
  private dispatch(): void {
    while (this.waiting.length > 0 && !this.threads.some(({ state }) => state === 'busy')) {
      const idle = this.threads.filter(({ state }) => state === 'idle');
      const home = this.homes.get(this.waiting[0]!.clutterFile ?? '');
      const thread = idle.find(each => each === home) ?? idle[0];
      if (thread === undefined) {
        this.startAnother();
        return;
      }
      void this.run(thread, this.waiting.shift()!);
    }
  }

  private async run(thread: DecodingThread, { question, clutterFile, settle }: Job): Promise<void> {
    if (clutterFile !== undefined) this.moveClutter(clutterFile, thread);
    const limits = {
      longestMs: this.longestMs,
      slowAfterMs: this.longestMs * SLOW_AFTER,
      onSlow: () => {
        this.overtake();
      },
    };
    const answer = await thread.ask(question, limits);
    if (typeof answer === 'string') void this.drop(thread);
    settle(answer);
    this.dispatch();
  }

  private overtake(): void {
    this.startAnother();
    this.dispatch();
  }

  /** What the old thread has learned since it was last kept is lost, so that it cannot be written over what the new one learns. */
  private moveClutter(file: string, thread: DecodingThread): void {
    const home = this.homes.get(file);
    if (home !== undefined && home !== thread) home.tell({ forget: file });
    this.homes.set(file, thread);
  }

  private startAnother(): void {
    if (this.threads.length >= MOST_THREADS || this.threads.some(({ state }) => state === 'starting')) return;
    const thread: DecodingThread = new DecodingThread(
      () => {
        this.dispatch();
      },
      cause => {
        void this.drop(thread);
        const job = this.threads.length > 0 ? undefined : this.waiting.shift();
        job?.settle(`could not be read, since its thread did not start: ${String(cause)}`);
        this.dispatch();
      },
    );
    this.threads.push(thread);
  }

  /** Ends a thread; nobody waits for its end but `close`. */
  private drop(thread: DecodingThread): Promise<void> {
    const at = this.threads.indexOf(thread);
    if (at >= 0) this.threads.splice(at, 1);
    for (const [file, home] of this.homes) if (home === thread) this.homes.delete(file);
    return this.whileOpen(thread.end());
  }
}
