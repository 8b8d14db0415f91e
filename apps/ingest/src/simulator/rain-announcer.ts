import { createHash, randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { Fault } from '#errors';
import { HOUR_MS, toIso, type EpochMs } from '#hydrology';
import { storedFiles, type StoredFile } from './bucket-dialect.js';
import { faultAt } from './feed-fault.js';
import type { FeedSimulator } from './feed-simulator.js';
import type { SimulatedWorld } from './simulated-world.js';

export interface Announcement {
  /** Of the broker, mqtt://host:port. */
  readonly broker: string;
  readonly topic: string;
  /** Of the simulator, where the files lie. */
  readonly origin: string;
}

const CONNECT_MS = 10_000;
/** Files of this time before the start are announced at it, so that there is something at once. */
const FIRST_MS = 3 * HOUR_MS;

/**
 * Says over MQTT which files of rain were published, in WIS2 notification messages with a link below /files/. They are retained, which those of
 * WIS2 are not: who subscribes later gets the newest at once.
 */
export class RainAnnouncer {
  #announcedTo: EpochMs;

  private constructor(
    private readonly client: MqttClient,
    private readonly world: SimulatedWorld,
    private readonly to: Announcement,
  ) {
    this.#announcedTo = (world.now() - FIRST_MS) as EpochMs;
  }

  /**
   * Announces the files of a simulator: its own, as the hash of a file that is made again is another one (HDF5 notes the second).
   * @throws Fault COMMAND_INVALID where no broker answers.
   */
  static async connect({ world }: Pick<FeedSimulator, 'world'>, to: Announcement): Promise<RainAnnouncer> {
    const { connectAsync } = await import('mqtt');
    try {
      const client = await connectAsync(to.broker, { connectTimeout: CONNECT_MS, protocolVersion: 4 }, false);
      return new RainAnnouncer(client, world, to);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new Fault('COMMAND_INVALID', `--notify ${to.broker}: the broker cannot be reached (${code ?? message}); start it first`);
    }
  }

  /** Announces what was published since the last call, the oldest first. @returns the keys of the files. */
  async announceDue(): Promise<string[]> {
    const { faults, now } = this.world;
    if (faultAt(faults, '503', { time: now(), inputs: ['rain'] }) !== undefined) return []; // said when the service is back
    const files = (await storedFiles(this.world)).filter(({ modified }) => modified > this.#announcedTo);
    files.sort((a, b) => a.modified - b.modified);
    for (const file of files) {
      await this.client.publishAsync(this.to.topic, JSON.stringify(notificationOf(file, this.to.origin)), { qos: 1, retain: true });
      this.#announcedTo = file.modified;
    }
    return files.map(({ key }) => key);
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }
}

/** A WIS2 Notification Message about a file (WMO, GeoJSON). */
export const notificationOf = ({ key, bytes, modified }: StoredFile, origin: string): object => ({
  ...{ id: randomUUID(), type: 'Feature', geometry: null },
  conformsTo: ['http://wis.wmo.int/spec/wnm/1/conf/core'],
  properties: {
    ...{ data_id: `simulated/${key}`, datetime: null, pubtime: toIso(modified) },
    integrity: { method: 'sha512', value: createHash('sha512').update(bytes).digest('base64') },
  },
  links: [{ rel: 'canonical', type: 'application/octet-stream', href: `${origin}/files/${key}`, length: bytes.length }],
});
