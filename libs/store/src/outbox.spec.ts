import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { inTransaction } from './connect.js';
import { OutboxRelay, writeOutbox, type OutboxMessage } from './outbox.js';

const due = (k: number, basin = 'cance'): OutboxMessage<'cycle.due.v1'> => ({
  topic: 'cycle.due.v1',
  key: basin,
  id: `${basin}/${k}`,
  value: { basin, issueTime: k, runKind: 'replay' },
});

describe('outbox', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate outbox'));

  const waiting = async () => (await database.pool.query('select from outbox where published_at is null')).rowCount;

  it('says nothing of a transaction that was rolled back', async () => {
    await inTransaction(database.pool, async client => {
      await writeOutbox(client, [due(1)]);
      throw new Error('no');
    }).catch(() => undefined);
    expect(await waiting()).toBe(0);
  });

  it('publishes in order, what a handler adds included, and a message id once', async () => {
    const bus = new LocalBus();
    const relay = new OutboxRelay(database.pool, bus);
    const seen: number[] = [];
    await bus.subscribe('cycle.due.v1', 'forecast', async batch => {
      seen.push(...batch.map(message => message.value.issueTime));
      if (batch.some(message => message.value.issueTime === 3)) await writeOutbox(database.pool, [due(4)]);
    });
    await writeOutbox(database.pool, [due(1), due(2), due(3)]);
    await writeOutbox(database.pool, [due(2)]);
    await Promise.all([relay.drain(), relay.drain()]);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(await waiting()).toBe(0);
  });

  it('keeps a message that nobody could handle and publishes it again after a restart', async () => {
    await writeOutbox(database.pool, [due(1)]);
    const broken = new LocalBus();
    await broken.subscribe('cycle.due.v1', 'forecast', () => Promise.reject(new Error('defect')));
    await expect(new OutboxRelay(database.pool, broken).drain()).rejects.toThrow('defect');
    expect(await waiting()).toBe(1);
    const bus = new LocalBus();
    const seen: string[] = [];
    await bus.subscribe('cycle.due.v1', 'forecast', batch => Promise.resolve(void seen.push(...batch.map(message => message.id))));
    await new OutboxRelay(database.pool, bus).drain();
    expect(seen).toEqual(['cance/1']);
  });
});
