import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KafkaBus } from '#bus';
import { TcpProxy } from '../setup/tcp-proxy.js';
import { freePort } from '../stack/free-port.js';
import { startBroker, type Broker } from '../stack/kafka-broker.js';
import { KAFKA } from '../stack/prepare.js';
import { kafkaSettings } from './services.js';
import { until } from './until.js';

/** Of a request: four bytes of length, then two of what is asked. */
const isOffsetCommit = (packet: Buffer): boolean => packet.length > 6 && packet.readInt16BE(4) === 8;

describe('a connection that is lost with the offset on it', () => {
  let root: string;
  let proxy: TcpProxy;
  let broker: Broker;
  let bus: KafkaBus;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'freshet-offset-'));
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    proxy = await TcpProxy.open(ports[0]);
    broker = await startBroker({ jars: KAFKA, folder: root, ports, advertised: proxy.port });
    bus = await KafkaBus.open(kafkaSettings({ brokers: broker.brokers }));
  });
  afterAll(async () => {
    await bus.close(1_000);
    await broker.stop();
    await proxy.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('brings the message again until its offset is kept, with no other message needed', async () => {
    let struck = 0;
    proxy.sniff = packet => (isOffsetCommit(packet) && struck++ < 2 ? 'before' : null);
    const seen: string[] = [];
    await bus.subscribe('cycle.due.v1', 'forecast', batch => Promise.resolve(void seen.push(...batch.map(({ id }) => id))));
    await bus.publish('cycle.due.v1', [{ key: 'a', id: 'a/1', value: { basin: 'a', issueTime: 1, runKind: 'replay' } }]);
    await until(() => struck > 1);
    const group = [{ topic: 'cycle.due.v1', group: 'forecast' }] as const;
    await until(async () => (await bus.lag(group))[0]!.messages === 0);
    expect(new Set(seen)).toEqual(new Set(['a/1']));
    expect(seen.length).toBeGreaterThan(1);
  });
});
