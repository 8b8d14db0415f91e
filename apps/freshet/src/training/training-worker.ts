import { parentPort, workerData } from 'node:worker_threads';
import { isFault } from '#errors';
import { BasinArchive } from './basin-archive.js';
import { WindowRuns, type ModelChoice } from './window-runs.js';

// Entry of a worker thread of TrainingPool: one basin at a time.

export interface WorkerStart {
  readonly folder: string;
  readonly model: ModelChoice;
}

export type Order =
  | {
      readonly kind: 'visit';
      readonly id: string;
      readonly window: number;
      readonly parameters: Float64Array;
      readonly state: Float64Array;
    }
  | { readonly kind: 'through'; readonly id: string; readonly parameters: Float64Array };

/** What comes back: a value, or why there is none. */
export type Reply = { readonly value: unknown } | { readonly error: { readonly code: string | null; readonly message: string } };

const { folder, model } = workerData as WorkerStart;
const runs = new WindowRuns(new BasinArchive(folder), model);

parentPort!.on('message', (order: Order) => {
  parentPort!.postMessage(replyTo(order));
});

function replyTo(order: Order): Reply {
  try {
    const { kind, id, parameters } = order;
    return { value: kind === 'visit' ? runs.visit(id, order.window, order) : runs.through(id, parameters) };
  } catch (error) {
    const message = `basin ${order.id}: ${error instanceof Error ? error.message : String(error)}`;
    return { error: { code: isFault(error) ? error.code : null, message } };
  }
}
