import type { KafkaSettings } from '#bus';
import type { ServicesForTests } from '../stack/start-services.js';

/** The services of this run of the lane. */
export function services(): ServicesForTests {
  const told = process.env.FRESHET_TEST_SERVICES;
  if (told === undefined) throw new Error('no services: run these specs by npm run test:integration');
  return JSON.parse(told) as ServicesForTests;
}

let count = 0;

/** The broker of the run, with topics and groups of one's own. */
export const kafkaSettings = (changes: Partial<KafkaSettings> = {}): KafkaSettings => ({
  brokers: services().brokers,
  prefix: `t${process.pid}.${Date.now().toString(36)}.${++count}.`,
  tls: false,
  sasl: null,
  compression: 'gzip',
  partitions: 3,
  replication: 1,
  ...changes,
});
