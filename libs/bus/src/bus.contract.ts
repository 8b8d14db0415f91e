import { describe, expect, it } from '@jest/globals';
import { Fault } from '#errors';
import type { Bus, Message } from './bus.js';

/** What a bus under test gives the contract. */
export interface BusUnderTest {
  readonly bus: Bus;
  /** Waits until everything published was handled. */
  readonly settle: () => Promise<void>;
}

type Due = Message<'cycle.due.v1'>;

const due = (key: string, k: number): Due => ({ key, id: `${key}/${k}`, value: { basin: key, issueTime: k, runKind: 'replay' } });
const dues = (key: string, count: number): Due[] => Array.from({ length: count }, (_, k) => due(key, k));

/** The promises of `Bus`, for every implementation. */
export function describeBusContract(name: string, start: () => Promise<BusUnderTest>): void {
  describe(`bus contract: ${name}`, () => {
    it('keeps the order of each key and hands over every message', async () => {
      const { bus, settle } = await start();
      const seen = new Map<string, number[]>();
      await bus.subscribe('cycle.due.v1', 'forecast', batch => {
        for (const message of batch) seen.set(message.key, [...(seen.get(message.key) ?? []), message.value.issueTime]);
        return Promise.resolve();
      });
      await Promise.all(['a', 'b', 'c'].map(key => bus.publish('cycle.due.v1', dues(key, 50))));
      await settle();
      for (const key of ['a', 'b', 'c']) expect(seen.get(key)).toEqual(dues(key, 50).map(message => message.value.issueTime));
      await bus.close(1000);
    });

    it('handles one batch of a key at a time and no more than maxBatch messages', async () => {
      const { bus, settle } = await start();
      let active = 0;
      const sizes: number[] = [];
      await bus.subscribe(
        'cycle.due.v1',
        'forecast',
        async batch => {
          expect(++active).toBe(1);
          sizes.push(batch.length);
          await new Promise(resolve => setTimeout(resolve, 1));
          active--;
        },
        { maxBatch: 10 },
      );
      await bus.publish('cycle.due.v1', dues('a', 35));
      await settle();
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(35);
      await bus.close(1000);
    });

    it('gives every group each message', async () => {
      const { bus, settle } = await start();
      const counts = { alert: 0, api: 0 };
      for (const group of ['alert', 'api'] as const) {
        await bus.subscribe('cycle.due.v1', group, batch => {
          counts[group] += batch.length;
          return Promise.resolve();
        });
      }
      await bus.publish('cycle.due.v1', dues('a', 7));
      await settle();
      expect(counts).toEqual({ alert: 7, api: 7 });
      await bus.close(1000);
    });

    it('tries a transient failure again until it is over', async () => {
      const { bus, settle } = await start();
      const attempts: number[] = [];
      await bus.subscribe(
        'cycle.due.v1',
        'forecast',
        (_batch, context) => {
          attempts.push(context.attempt);
          return context.attempt < 3 ? Promise.reject(new Fault('SQL_UNAVAILABLE', 'away')) : Promise.resolve();
        },
        { backOffMs: 1 },
      );
      await bus.publish('cycle.due.v1', [due('a', 1)]);
      await settle();
      expect(attempts).toEqual([1, 2, 3]);
      await bus.close(1000);
    });

    it('puts a refused message aside, names the reason and hands over its neighbours', async () => {
      const { bus, settle } = await start();
      const handled: number[] = [];
      const dead: Message<'dead.v1'>[] = [];
      await bus.subscribe('dead.v1', 'archive', batch => Promise.resolve(void dead.push(...batch)));
      await bus.subscribe('cycle.due.v1', 'forecast', batch => {
        if (batch.some(message => message.value.issueTime === 3))
          return Promise.reject(new Fault('OBSERVATION_UNDECODABLE', 'no such thing'));
        handled.push(...batch.map(message => message.value.issueTime));
        return Promise.resolve();
      });
      await bus.publish('cycle.due.v1', dues('a', 6));
      await settle();
      expect(handled).toEqual([0, 1, 2, 4, 5]);
      expect(dead.map(message => message.value)).toMatchObject([
        { topic: 'cycle.due.v1', messageId: 'a/3', reason: 'OBSERVATION_UNDECODABLE: no such thing', value: { issueTime: 3 } },
      ]);
      await bus.close(1000);
    });

    it('takes no more messages once closed', async () => {
      const { bus } = await start();
      await bus.close(10);
      await expect(bus.publish('cycle.due.v1', [due('a', 1)])).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    });
  });
}
