import { Worker } from 'node:worker_threads';
import type { SpinUpProblem } from '#cycle';
import { Fault } from '#errors';
import {
  receiveError,
  type Answer,
  type ComputedCycle,
  type CycleTask,
  type EncodedState,
  type Question,
  type WarmBasin,
} from './cycle-messages.js';

/** A question without its number. */
type Ask = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/**
 * Worker threads that compute cycles, so that the main thread stays free for messages. A basin always goes to the same
 * worker, where its kernel is warm. A worker that dies takes its open questions with it and is replaced.
 */
export class CyclePool {
  readonly #workers: WarmWorker[];
  readonly #placeOf: ReadonlyMap<string, number>;

  constructor(basins: readonly WarmBasin[], size: number) {
    const used = Math.max(1, Math.min(size, basins.length));
    this.#placeOf = new Map(basins.map(({ model }, k) => [model.basin, k % used]));
    const warm = basins.map(({ model, recipe }): WarmBasin => ({ model, recipe })); // nothing else crosses to a thread
    this.#workers = Array.from({ length: used }, (_, place) => new WarmWorker(warm.filter((_basin, k) => k % used === place)));
  }

  async compute(task: CycleTask): Promise<ComputedCycle> {
    return (await this.#workerOf(task.basin).ask({ kind: 'cycle', basin: task.basin, task })) as ComputedCycle;
  }

  async spinUp(basin: string, problem: SpinUpProblem): Promise<readonly EncodedState[]> {
    return (await this.#workerOf(basin).ask({ kind: 'spin-up', basin, problem })) as readonly EncodedState[];
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.close()));
  }

  #workerOf(basin: string): WarmWorker {
    const place = this.#placeOf.get(basin);
    if (place === undefined) throw new Fault('BASIN_UNKNOWN', `this Freshet does not forecast the basin ${basin}`, { basin });
    return this.#workers[place]!;
  }
}

interface Open {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Fault) => void;
}

class WarmWorker {
  readonly #open = new Map<number, Open>();
  #warm: { readonly worker: Worker; readonly loaded: Promise<unknown> } | null = null;
  #lastId = 0;
  #closed = false;

  constructor(readonly basins: readonly WarmBasin[]) {}

  async ask(question: Ask): Promise<unknown> {
    if (this.#closed) throw new Fault('SHUTTING_DOWN', 'the workers are stopped');
    const { worker, loaded } = (this.#warm ??= this.#start());
    await loaded;
    return this.#post(worker, question);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#warm?.worker.terminate();
  }

  #post(worker: Worker, question: Ask): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      worker.postMessage({ ...question, id });
    });
  }

  #start(): { readonly worker: Worker; readonly loaded: Promise<unknown> } {
    const worker = new Worker(new URL('./cycle.worker.js', import.meta.url));
    worker.on('message', (answer: Answer) => {
      this.#settle(answer);
    });
    worker.on('error', error => {
      this.#lose(new Fault('INVARIANT', `a cycle worker died: ${error.message}`, {}, { cause: error }));
    });
    worker.on('exit', () => {
      this.#lose(new Fault('SHUTTING_DOWN', 'the cycle worker ended before it answered'));
    });
    return { worker, loaded: Promise.all(this.basins.map(basin => this.#post(worker, { kind: 'load', basin }))) };
  }

  #settle(answer: Answer): void {
    const open = this.#open.get(answer.id);
    this.#open.delete(answer.id);
    if (answer.ok) open?.resolve(answer.value);
    else open?.reject(receiveError(answer.error));
  }

  #lose(fault: Fault): void {
    this.#warm = null;
    for (const open of this.#open.values()) open.reject(fault);
    this.#open.clear();
  }
}
