import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { KafkaBus, type Bus, type KafkaSettings, type Message } from '#bus';
import type { Topic } from '#contracts';
import { Fault } from '#errors';
import { describeBusContract } from '../../libs/bus/src/bus.contract.js';
import { kafkaSettings, services } from './services.js';
import { until } from './until.js';

const due = (key: string, k: number): Message<'cycle.due.v1'> => ({
  key,
  id: `${key}/${k}`,
  value: { basin: key, issueTime: k, runKind: 'replay' },
});
const dues = (key: string, count: number) => Array.from({ length: count }, (_, k) => due(key, k));

const open: KafkaBus[] = [];
async function openBus(settings: KafkaSettings, options: Parameters<typeof KafkaBus.open>[1] = {}): Promise<KafkaBus> {
  const bus = await KafkaBus.open(settings, options);
  open.push(bus);
  return bus;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(bus => bus.close(1_000)));
});

/** The bus, and a wait until no group it has seen is behind. */
async function underTest(settings = kafkaSettings()) {
  const kafka = await openBus(settings);
  const seen: { topic: Topic; group: string }[] = [];
  const bus: Bus = {
    publish: (topic, messages) => kafka.publish(topic, messages),
    subscribe: (topic, group, handle, policy) => {
      seen.push({ topic, group });
      return kafka.subscribe(topic, group, handle, policy);
    },
    close: drainMs => kafka.close(drainMs),
  };
  const caughtUp = async () => (await kafka.lag(seen)).every(({ messages }) => messages === 0);
  // twice: a dead letter may have left while the first answer was on its way
  const settle = () => until(async () => (await caughtUp()) && (await caughtUp()));
  return { bus, settle };
}

describeBusContract('KafkaBus', () => underTest());

describe('KafkaBus', () => {
  it('makes its topics with the retention of the code, and a second process leaves them', async () => {
    const settings = kafkaSettings();
    await openBus(settings);
    await openBus(settings);
    const admin = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topic = `${settings.prefix}obs.rain.v1`;
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const { resources } = await admin.describeConfigs({
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      includeSynonyms: false,
    });
    const entries = Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    expect(topics[0]!.partitions).toHaveLength(3);
    expect(entries).toMatchObject({ 'retention.ms': '259200000', 'max.message.bytes': '16777216', 'cleanup.policy': 'delete' });
    await admin.disconnect();
  });

  it('goes through TLS with a name and a password, and is refused with another', async () => {
    const { secure } = services();
    const sasl = { mechanism: 'plain', username: secure.username, password: secure.password } as const;
    const { bus, settle } = await underTest(kafkaSettings({ brokers: secure.brokers, tls: { ca: secure.ca }, sasl }));
    const seen: number[] = [];
    await bus.subscribe('cycle.due.v1', 'forecast', batch => Promise.resolve(void seen.push(...batch.map(({ value }) => value.issueTime))));
    await bus.publish('cycle.due.v1', dues('a', 3));
    await settle();
    expect(seen).toEqual([0, 1, 2]);
    const wrong = kafkaSettings({ brokers: secure.brokers, tls: { ca: secure.ca }, sasl: { ...sasl, password: 'no' } });
    await expect(KafkaBus.open(wrong)).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE', kind: 'transient' });
  });

  it('puts bytes that are no message aside with their text and goes on', async () => {
    const settings = kafkaSettings();
    const { bus, settle } = await underTest(settings);
    const [handled, dead]: [string[], Message<'dead.v1'>[]] = [[], []];
    await bus.subscribe('dead.v1', 'archive', batch => Promise.resolve(void dead.push(...batch)));
    await bus.subscribe('cycle.due.v1', 'forecast', batch => Promise.resolve(void handled.push(...batch.map(({ id }) => id))));
    const producer = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const value = JSON.stringify(due('a', 1).value);
    const messages = ['{ half', value, '{"basin":"a"}', value].map(text => ({ key: 'a', value: text }));
    await producer.send({ topic: `${settings.prefix}cycle.due.v1`, messages });
    await producer.disconnect();
    await settle();
    expect(handled).toHaveLength(2);
    expect(dead.map(message => message.value)).toMatchObject([
      { reason: expect.stringMatching(/^MESSAGE_UNREADABLE: .* is no JSON$/) as unknown, value: '{ half' },
      { reason: expect.stringMatching(/does not fit: issueTime/) as unknown, value: '{"basin":"a"}' },
    ]);
  });

  it('stops a consumer that refuses everything, keeps what it had not handled, and hands it to the next process', async () => {
    const settings = kafkaSettings();
    const stopped: unknown[] = [];
    const bus = await openBus(settings, { onStopped: error => stopped.push(error) });
    const refuse = () => Promise.reject(new Fault('OBSERVATION_UNDECODABLE', 'no'));
    await bus.subscribe('cycle.due.v1', 'forecast', refuse, { deadLetterLimit: 5, maxBatch: 1 });
    await bus.publish('cycle.due.v1', dues('a', 20));
    await until(() => stopped.length > 0);
    expect(stopped).toMatchObject([{ code: 'DEAD_LETTER_LIMIT' }]);
    await bus.close(1_000);
    const next = await openBus(settings);
    const seen: number[] = [];
    await next.subscribe('cycle.due.v1', 'forecast', batch =>
      Promise.resolve(void seen.push(...batch.map(({ value }) => value.issueTime))),
    );
    await until(() => seen.includes(19));
    expect(seen.filter(k => k >= 5)).toEqual(Array.from({ length: 15 }, (_, k) => k + 5));
  });

  it('keeps a partition while a handler works longer than a session lasts', async () => {
    const { bus, settle } = await underTest();
    const seen: string[] = [];
    await bus.subscribe(
      'cycle.due.v1',
      'forecast',
      async batch => {
        await delay(batch[0]!.value.issueTime === 0 ? 14_000 : 0);
        seen.push(...batch.map(({ id }) => id));
      },
      { maxBatch: 1 },
    );
    await bus.publish('cycle.due.v1', dues('a', 3));
    await settle();
    expect(seen).toEqual(['a/0', 'a/1', 'a/2']); // once each: no rebalance handed them over again
  });

  it('shares the basins among members and divides them anew when one joins or goes, losing nothing', async () => {
    const settings = kafkaSettings();
    const [first, second] = [await openBus(settings), await openBus(settings)];
    const seen: string[][] = [[], []];
    const listen = (bus: KafkaBus, place: number) =>
      bus.subscribe('cycle.due.v1', 'forecast', async batch => {
        await delay(5);
        seen[place]!.push(...batch.map(({ id }) => id));
      });
    const keys = Array.from({ length: 12 }, (_, k) => `basin-${k}`);
    const publish = (from: number) =>
      Promise.all(
        keys.map(key =>
          first.publish(
            'cycle.due.v1',
            [from, from + 1, from + 2].map(k => due(key, k)),
          ),
        ),
      );
    await listen(first, 0);
    await publish(0);
    await listen(second, 1);
    await publish(3);
    await until(() => new Set(seen.flat()).size === keys.length * 6);
    await second.close(1_000);
    await publish(6);
    await until(() => new Set(seen.flat()).size === keys.length * 9);
    expect(seen[1]!.length).toBeGreaterThan(0);
    for (const key of keys) {
      const inOrder = seen[0]!.filter(id => id.startsWith(`${key}/`)).map(id => Number(id.split('/')[1]));
      expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    }
  });

  it('gives a group of the moment only what comes after it subscribed', async () => {
    const { bus } = await underTest();
    await bus.publish('cycle.due.v1', dues('a', 3));
    const seen: number[] = [];
    await bus.subscribe('cycle.due.v1', 'screen', batch => Promise.resolve(void seen.push(...batch.map(({ value }) => value.issueTime))), {
      onlyNew: true,
    });
    await until(async () => {
      await bus.publish('cycle.due.v1', [due('a', 99)]);
      return seen.length > 0;
    });
    expect(new Set(seen)).toEqual(new Set([99]));
  });

  it('says which brokers do not answer', async () => {
    const opened = KafkaBus.open(kafkaSettings({ brokers: ['127.0.0.1:1'] }));
    await expect(opened).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE', message: expect.stringContaining('127.0.0.1:1') as unknown });
  });
});
