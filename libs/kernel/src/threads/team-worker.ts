import { workerData } from 'node:worker_threads';
import { sharedBackend } from '../backend.js';
import { at, passOf, workOff } from './control.js';
import type { WorkerStart } from './thread-team.js';

// Entry of a worker thread of ThreadTeam. It sleeps until a turn is announced, computes its share and says so, for ever.
const { control, errors, index, sharing, parts } = workerData as WorkerStart;

try {
  serve();
} catch (error) {
  report(error);
  Atomics.add(control, at('ready'), 1); // whoever waits for it shall see the error
  Atomics.notify(control, at('ready'));
}

function serve(): never {
  const backend = sharedBackend(sharing);
  let turn = Atomics.load(control, at('turn'));
  Atomics.add(control, at('ready'), 1);
  Atomics.notify(control, at('ready'));
  for (;;) {
    Atomics.wait(control, at('turn'), turn);
    turn = Atomics.load(control, at('turn'));
    try {
      workOff(control, passOf(control, { ...parts, backend }, { index, memory: backend.memory(0) }));
    } catch (error) {
      report(error);
    }
    if (Atomics.sub(control, at('working'), 1) === 1) Atomics.notify(control, at('working'));
  }
}

function report(error: unknown): void {
  errors.postMessage(error instanceof Error ? error : new Error(String(error)));
  Atomics.store(control, at('failed'), 1);
}
