import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';
import { TOPICS, type Topic } from '#contracts';
import type { KafkaSettings } from './kafka-settings.js';

/** How a topic lies on the brokers. */
interface TopicShape {
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

const DAY_MS = 86_400_000;
const MEBIBYTE = 1_048_576;

const shape = (retentionDays: number, maxMessageMebibytes = 4): TopicShape => ({
  retentionMs: retentionDays * DAY_MS,
  maxMessageBytes: maxMessageMebibytes * MEBIBYTE,
});

/**
 * The store is the memory of Freshet; a topic keeps what a role that is away needs to catch up: three days for what is
 * archived or announced, two weeks for what somebody must look at. A country's rain grid of a million cells is 5 MB.
 */
export const TOPIC_SHAPES: Readonly<Record<Topic, TopicShape>> = Object.freeze({
  'obs.gauge.v1': shape(3),
  'obs.rain.v1': shape(3, 16),
  'obs.temperature.v1': shape(3, 16),
  'obs.rain-gauge.v1': shape(3),
  'obs.archived.v1': shape(3),
  'cycle.due.v1': shape(3),
  'forecast.issued.v1': shape(3),
  'alert.changed.v1': shape(14),
  'dead.v1': shape(14, 16),
});

export const topicName = ({ prefix }: Pick<KafkaSettings, 'prefix'>, topic: Topic): string => `${prefix}${topic}`;

/** A group a topic: groups whose members subscribe to different topics rebalance one another for nothing. */
export const groupName = ({ prefix }: Pick<KafkaSettings, 'prefix'>, group: string, topic: Topic): string => `${prefix}${group}.${topic}`;

/** Creates the topics that are missing; those there are stay as they are: another number of partitions would send a basin's messages past those that wait. */
export async function createTopics(admin: Admin, settings: KafkaSettings): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = (Object.keys(TOPICS) as Topic[]).filter(topic => !there.has(topicName(settings, topic)));
  // the client's own wait for leaders gives up at the first answer of a broker that has not heard of the topic yet
  if (missing.length > 0) await admin.createTopics({ topics: missing.map(topic => topicConfig(settings, topic)), waitForLeaders: false });
  await awaitLeaders(admin, settings);
}

const LEADER_TRIES = 100;
const LEADER_PAUSE_MS = 200;

/** Several processes start at once: what another has made a moment ago may have no leader yet, and then nobody can join its groups. */
async function awaitLeaders(admin: Admin, settings: KafkaSettings): Promise<void> {
  const topics = (Object.keys(TOPICS) as Topic[]).map(topic => topicName(settings, topic));
  for (let tries = 1; ; tries++) {
    try {
      const described = await admin.fetchTopicMetadata({ topics });
      if (described.topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0))) return;
      if (tries === LEADER_TRIES) throw new Error('topics have no leader');
    } catch (error) {
      if (tries >= LEADER_TRIES) throw error;
    }
    await delay(LEADER_PAUSE_MS);
  }
}

function topicConfig(settings: KafkaSettings, topic: Topic): ITopicConfig {
  const { retentionMs, maxMessageBytes } = TOPIC_SHAPES[topic];
  const { partitions, replication } = settings;
  const entries = {
    'cleanup.policy': 'delete',
    'retention.ms': retentionMs,
    'max.message.bytes': maxMessageBytes,
    // with three copies a write is safe when two have it, so one broker may be away
    'min.insync.replicas': Math.max(1, replication - 1),
  };
  return {
    topic: topicName(settings, topic),
    numPartitions: partitions,
    replicationFactor: replication,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value: String(value) })),
  };
}

/** How far a group is behind on a topic. */
export interface GroupLag {
  readonly topic: Topic;
  readonly group: string;
  /** Messages published and not yet committed by the group; a group that never was is behind by everything. */
  readonly messages: number;
  /** Messages ever published to the topic, those no longer kept included. */
  readonly published: number;
}

/** Asks the brokers how far behind the groups are; a topic's groups in one go. */
export async function readLag(
  admin: Admin,
  settings: KafkaSettings,
  consumptions: readonly { readonly topic: Topic; readonly group: string }[],
): Promise<GroupLag[]> {
  return Promise.all(
    consumptions.map(async ({ topic, group }) => {
      const name = topicName(settings, topic);
      // committed first: an end that is read later can only be larger, so "not behind" is never said too early
      const committed = await admin.fetchOffsets({ groupId: groupName(settings, group, topic), topics: [name] });
      const ends = await admin.fetchTopicOffsets(name);
      const reached = new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      const behind = ends.map(({ partition, high, low }) => Number(high) - Math.max(reached.get(partition) ?? -1, Number(low)));
      const published = ends.reduce((sum, { high }) => sum + Number(high), 0);
      return { topic, group, published, messages: behind.reduce((sum, count) => sum + Math.max(0, count), 0) };
    }),
  );
}
