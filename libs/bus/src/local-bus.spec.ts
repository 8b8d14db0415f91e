import { describe, expect, it } from '@jest/globals';
import { Fault } from '#errors';
import type { Message } from './bus.js';
import { describeBusContract } from './bus.contract.js';
import { LocalBus } from './local-bus.js';

describeBusContract('LocalBus', () => {
  const bus = new LocalBus();
  return Promise.resolve({ bus, settle: () => bus.idle() });
});

const due = (k: number): Message<'cycle.due.v1'> => ({ key: 'a', id: `a/${k}`, value: { basin: 'a', issueTime: k, runKind: 'replay' } });

/** A handler that waits until it is told to go on. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>(resolve => (open = resolve));
  return { opened, open };
}

describe('LocalBus', () => {
  it('resolves a publish only when the messages were handled', async () => {
    const bus = new LocalBus();
    const { opened, open } = gate();
    let handled = false;
    await bus.subscribe('cycle.due.v1', 'forecast', () => opened.then(() => void (handled = true)));
    const published = bus.publish('cycle.due.v1', [due(1)]);
    await new Promise(resolve => setImmediate(resolve));
    expect(handled).toBe(false);
    open();
    await published;
    expect(handled).toBe(true);
  });

  it('makes publishers wait when the queue of a key is full, and keeps their order', async () => {
    const bus = new LocalBus({ maxQueue: 3 });
    const { opened, open } = gate();
    const seen: number[] = [];
    await bus.subscribe(
      'cycle.due.v1',
      'forecast',
      async batch => {
        await opened;
        seen.push(...batch.map(message => message.value.issueTime));
      },
      { maxBatch: 2 },
    );
    const all = Array.from({ length: 20 }, (_, k) => bus.publish('cycle.due.v1', [due(k)]));
    open();
    await Promise.all(all);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, k) => k));
  });

  it('stops a consumer with a defect, reports it and refuses what follows', async () => {
    const stopped: unknown[] = [];
    const bus = new LocalBus({ onStopped: error => stopped.push(error) });
    await bus.subscribe('cycle.due.v1', 'forecast', () => Promise.reject(new Error('null is not an object')));
    await expect(bus.publish('cycle.due.v1', [due(1)])).rejects.toThrow('null is not an object');
    await expect(bus.publish('cycle.due.v1', [due(2)])).rejects.toThrow('null is not an object');
    expect(stopped).toHaveLength(1);
    await bus.idle();
  });

  it('stops a consumer that refuses everything instead of diverting a whole feed', async () => {
    const stopped: Fault[] = [];
    const bus = new LocalBus({ onStopped: error => stopped.push(error as Fault) });
    await bus.subscribe('cycle.due.v1', 'forecast', () => Promise.reject(new Fault('OBSERVATION_UNDECODABLE', 'no')), {
      deadLetterLimit: 5,
    });
    await expect(
      bus.publish(
        'cycle.due.v1',
        Array.from({ length: 9 }, (_, k) => due(k)),
      ),
    ).rejects.toMatchObject({ code: 'DEAD_LETTER_LIMIT' });
    expect(stopped.map(fault => fault.code)).toEqual(['DEAD_LETTER_LIMIT']);
  });

  it('gives up a transient failure after maxAttempts', async () => {
    const bus = new LocalBus();
    let attempts = 0;
    await bus.subscribe('cycle.due.v1', 'forecast', () => Promise.reject(new Fault('SQL_UNAVAILABLE', `away ${++attempts}`)), {
      maxAttempts: 3,
      backOffMs: 1,
    });
    await expect(bus.publish('cycle.due.v1', [due(1)])).rejects.toMatchObject({ code: 'SQL_UNAVAILABLE' });
    expect(attempts).toBe(3);
  });

  it('refuses a value that does not fit its topic', async () => {
    const bus = new LocalBus();
    const wrong = { key: 'a', id: 'x', value: { basin: 'a', issueTime: Number.NaN, runKind: 'replay' as const } };
    await expect(bus.publish('cycle.due.v1', [wrong])).rejects.toMatchObject({ code: 'INVARIANT' });
  });

  it('lets handlers finish when it is closed', async () => {
    const bus = new LocalBus();
    let handled = false;
    await bus.subscribe(
      'cycle.due.v1',
      'forecast',
      () =>
        new Promise(resolve =>
          setTimeout(() => {
            handled = true;
            resolve();
          }, 20),
        ),
    );
    const published = bus.publish('cycle.due.v1', [due(1)]);
    await bus.close(2000);
    await published;
    expect(handled).toBe(true);
  });

  it('ends a handler that does not finish in time by its signal', async () => {
    const bus = new LocalBus();
    await bus.subscribe(
      'cycle.due.v1',
      'forecast',
      (_batch, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Fault('SHUTTING_DOWN', 'aborted'));
          });
        }),
    );
    const published = bus.publish('cycle.due.v1', [due(1)]);
    await bus.close(10);
    await expect(published).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});
