import { Worker } from 'node:worker_threads';
import { CODES, Fault, type FaultCode } from '#errors';
import type { Order, Reply, WorkerStart } from './training-worker.js';
import type { Passage, WindowVisit } from './window-runs.js';

/** Worker threads that compute basins side by side. Which of them computes which depends on the moment, what comes out does not. */
export class TrainingPool {
  private readonly workers: Worker[];

  constructor(start: WorkerStart, threads: number) {
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./training-worker.js', import.meta.url), { workerData: start });
      worker.setMaxListeners(0);
      return worker;
    });
  }

  visits(orders: readonly Extract<Order, { kind: 'visit' }>[]): Promise<WindowVisit[]> {
    return this.workOff(orders) as Promise<WindowVisit[]>;
  }

  passages(orders: readonly Extract<Order, { kind: 'through' }>[]): Promise<Passage[]> {
    return this.workOff(orders) as Promise<Passage[]>;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map(worker => worker.terminate()));
  }

  /** Every worker takes the next order when it has done one; replies in the order of the orders. */
  private async workOff(orders: readonly Order[]): Promise<unknown[]> {
    const values = new Array<unknown>(orders.length);
    let next = 0;
    const work = async (worker: Worker): Promise<void> => {
      while (next < orders.length) {
        const at = next++;
        values[at] = await ask(worker, orders[at]!);
      }
    };
    await Promise.all(this.workers.map(work));
    return values;
  }
}

function ask(worker: Worker, order: Order): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (act: () => void): void => {
      worker.off('message', hear);
      worker.off('error', fail);
      act();
    };
    const fail = (cause: unknown): void => {
      done(() => {
        reject(new Fault('INVARIANT', `a worker thread of the training failed at basin ${order.id}: ${String(cause)}`, {}, { cause }));
      });
    };
    const hear = (reply: Reply): void => {
      done(() => {
        if ('value' in reply) resolve(reply.value);
        else reject(faultOf(reply.error));
      });
    };
    worker.on('message', hear);
    worker.on('error', fail);
    worker.postMessage(order);
  });
}

const faultOf = ({ code, message }: { readonly code: string | null; readonly message: string }): Fault =>
  new Fault(code !== null && code in CODES ? (code as FaultCode) : 'INVARIANT', message);
