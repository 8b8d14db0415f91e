import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { Fault } from '#errors';
import type { Sharing } from '../backend.js';
import type { KernelPass, PassParts, Sweep } from '../kernel-pass.js';
import { announce, at, FIELD_COUNT, workOff } from './control.js';

/** What a worker is started with. Backends hold functions and stay where they are; the worker makes its own on the same memory. */
export interface WorkerStart {
  readonly control: Int32Array;
  readonly errors: MessagePort;
  readonly index: number;
  readonly sharing: Sharing;
  readonly parts: Omit<PassParts, 'backend'>;
}

/** What can be copied to a worker. */
function withoutFunctions(parts: PassParts): WorkerStart['parts'] {
  const { layout, schedule, geometryNames, largestTape, threads, stationCells } = parts;
  const layoutOf = ({ states, parameters, tapeWidth }: PassParts['column']): PassParts['column'] => ({ states, parameters, tapeWidth });
  const [column, reach] = [layoutOf(parts.column), layoutOf(parts.reach)];
  return { layout, schedule, column, reach, geometryNames, largestTape, threads, stationCells };
}

/** ms; a worker that has not come up by then never will. */
const START_TIMEOUT = 30_000;
/** ms of one turn: far more than any, so that a dead worker is an error and not a wait for ever. */
const TURN_TIMEOUT = 30 * 60_000;
/** Looks at the counter before sleeping: phases end within microseconds of each other. */
const SPINS = 2000;

/**
 * Worker threads that compute groups of cells beside the calling thread, over one shared memory. Between turns they sleep; they
 * keep no process alive.
 */
export class ThreadTeam {
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * FIELD_COUNT));
  private readonly workers: readonly { readonly worker: Worker; readonly errors: MessagePort }[];
  private closed = false;

  constructor(parts: PassParts, sharing: Sharing) {
    const plain = withoutFunctions(parts);
    this.workers = Array.from({ length: parts.threads - 1 }, (_, k) => {
      const { port1, port2 } = new MessageChannel();
      const start: WorkerStart = { control: this.control, errors: port2, index: k + 1, sharing, parts: plain };
      const worker = new Worker(new URL('./team-worker.js', import.meta.url), { workerData: start, transferList: [port2], execArgv: [] });
      worker.unref();
      port1.unref();
      return { worker, errors: port1 };
    });
  }

  /** Sweeps over all groups, phase by phase; this thread takes part and returns when all are done. */
  sweep(pass: KernelPass, sweep: Sweep, threads = Infinity): void {
    if (this.closed) throw new Fault('INVARIANT', 'the kernel is closed');
    this.awaitStart();
    for (const [from, to] of pass.phases(sweep)) {
      announce(this.control, { ...pass.extent, kind: pass.kind, sweep, from, to, threads: Math.min(threads, this.workers.length + 1) });
      Atomics.store(this.control, at('working'), this.workers.length);
      Atomics.add(this.control, at('turn'), 1);
      Atomics.notify(this.control, at('turn'));
      try {
        workOff(this.control, pass);
      } finally {
        this.awaitWorkers();
      }
      this.raiseErrors();
    }
  }

  close(): void {
    this.closed = true;
    for (const { worker, errors } of this.workers) {
      errors.close();
      void worker.terminate();
    }
  }

  private awaitStart(): void {
    for (let ready = this.read('ready'); ready < this.workers.length; ready = this.read('ready')) {
      if (Atomics.wait(this.control, at('ready'), ready, START_TIMEOUT) !== 'timed-out') continue;
      this.raiseErrors();
      throw new Fault('INVARIANT', `only ${ready} of ${this.workers.length} worker threads started`);
    }
  }

  private awaitWorkers(): void {
    for (let spins = 0; spins < SPINS && this.read('working') > 0; spins++);
    for (let working = this.read('working'); working > 0; working = this.read('working')) {
      if (Atomics.wait(this.control, at('working'), working, TURN_TIMEOUT) === 'timed-out')
        throw new Fault('INVARIANT', `${working} worker threads do not answer`);
    }
  }

  /** An error of a worker is one of the call: it is thrown here, and the team, whose memory may be half written, is closed. */
  private raiseErrors(): void {
    if (this.read('failed') === 0) return;
    const messages = this.workers.map(({ errors }) => receiveMessageOnPort(errors)?.message as Error | undefined);
    const cause = messages.find(message => message !== undefined);
    this.close();
    throw new Fault('INVARIANT', `a worker thread of the kernel failed: ${cause?.message ?? 'it did not say why'}`, {}, { cause });
  }

  private read(field: Parameters<typeof at>[0]): number {
    return Atomics.load(this.control, at(field));
  }
}
