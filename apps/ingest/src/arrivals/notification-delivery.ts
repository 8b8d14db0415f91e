import { join } from 'node:path';
import type { NotificationSettings } from '#config';
import { DAY_MS, type EpochMs } from '#hydrology';
import { Refusal, decodeWis2Notification, reject, type PollWindow, type Reject, type Wis2Notification } from '#observation';
import { sign } from '../http/credentials.js';
import { fetchFile } from '../http/fetch-answer.js';
import type { Service } from '../http/service.js';
import { SourceFailure } from '../http/source-failure.js';
import { Remembered, sha256 } from '../sources/remembered.js';
import { MOST_FILES } from '../sources/watched-folder.js';
import { inlineData, nameOf, requireIntegrity } from './announced-data.js';
import type { Broker } from './broker.js';
import type { Delivery, Undelivered } from './delivery.js';
import { refusedAsAnnounced } from './download.js';
import { dropFile, makeFolder } from './drop-file.js';
import { NoticeSpool, type Notice } from './notice-spool.js';

/** Beside the contents that came, as sha256sum writes it: of the id of a message. */
const KNOWN_NOTICES = 'NOTIFICATIONS';
/** Messages that wait on disk at most; further ones wait at the broker. */
const MOST_WAITING = 10_000;
/** Data that could not be had for so long are given up. */
const GIVE_UP_MS = DAY_MS;

export interface NotifiedFolder {
  readonly settings: NotificationSettings;
  readonly broker: Broker;
  readonly service: Service;
  readonly folder: string;
  readonly domainFolder: string;
  readonly now: () => EpochMs;
  /** A try waits so long for a first message. */
  readonly waitMs?: number;
}

/**
 * Downloads what a broker announces in WIS2 notification messages. A message is on disk before the broker is told that it came, and there until
 * what it announces is in the folder or was refused by name; one whose data cannot be had now is tried again at each poll, for a day.
 */
export class NotificationDelivery implements Delivery {
  readonly #spool: NoticeSpool;
  readonly #known: Remembered;
  #atTheDoor: Undelivered[] = [];
  #refused: { readonly notice: Notice; readonly why: Reject }[] = [];
  #waiting = 0;
  #behind = false;

  constructor(private readonly notified: NotifiedFolder) {
    this.#spool = new NoticeSpool(notified.folder);
    this.#known = new Remembered(join(notified.folder, 'archive', KNOWN_NOTICES));
  }

  async *deliver(_window: PollWindow, signal: AbortSignal): AsyncIterable<Undelivered> {
    await makeFolder(this.notified.folder);
    await this.#known.load();
    const failures: unknown[] = [];
    await this.#listen(signal).catch((cause: unknown) => failures.push(cause));
    this.#refused = [];
    yield* this.#atTheDoor.splice(0);
    const silent = new Set<string>(); // origins that failed in this poll
    let room = MOST_FILES;
    const waiting = await this.#spool.waiting();
    this.#behind = false;
    for (const notice of waiting) {
      if (signal.aborted) return;
      if (room-- === 0) {
        this.#behind = true;
        break;
      }
      const { why, failure } = await this.#take(notice, silent, signal);
      if (failure !== undefined) failures.push(failure);
      if (why === undefined) continue;
      this.#refused.push({ notice, why });
      yield { subject: `${this.notified.settings.url} ${notice.name}`, why };
    }
    if (failures.length > 0) throw failures[0];
  }

  async taken(): Promise<void> {
    for (const { notice, why } of this.#refused) await this.#spool.refuse(notice, why);
    this.#refused = [];
    this.#waiting = (await this.#spool.waiting()).length;
  }

  behind(): boolean {
    return this.#behind;
  }

  leave(): Promise<void> {
    return this.notified.broker.leave();
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { broker, now, waitMs = 0 } = this.notified;
    this.#waiting = (await this.#spool.waiting()).length;
    if (this.#waiting >= MOST_WAITING) return broker.leave();
    await broker.connect((topic, payload) => this.#receive(topic, payload));
    const until = now() + waitMs;
    while (this.#waiting + this.#atTheDoor.length === 0 && now() < until && !signal.aborted) await pause(100);
  }

  async #receive(topic: string, payload: Uint8Array): Promise<void> {
    const { settings, now } = this.notified;
    const largest = settings.largestMb * 2 ** 20;
    if (payload.length > largest) {
      const message = `the message has ${payload.length} bytes; up to ${largest} are read (largestMb)`;
      this.#atTheDoor.push({ subject: `${settings.url} ${topic}`, why: reject('FILE_TOO_LARGE', message) });
      return;
    }
    await this.#spool.put(payload, now());
    if (++this.#waiting >= MOST_WAITING) await this.notified.broker.leave();
  }

  /** Puts what a message announces into the folder; says why it is refused, or why it has to wait. */
  async #take(notice: Notice, silent: Set<string>, signal: AbortSignal): Promise<{ why?: Reject; failure?: unknown }> {
    const { folder, now } = this.notified;
    try {
      const announced = decodeWis2Notification(await this.#spool.read(notice));
      const hash = sha256(announced.id);
      if (!this.#known.has(hash)) {
        const bytes = inlineData(announced, this.#largestBytes) ?? (await this.#fetch(announced, silent, signal));
        if (bytes === null) return {};
        requireIntegrity(announced, bytes);
        await dropFile(folder, { name: nameOf(announced), bytes, now: now() });
        await this.#known.add(hash, announced.id);
      }
      await this.#spool.done(notice);
      return {};
    } catch (cause) {
      if (cause instanceof Refusal) return { why: reject(cause.code, cause.message) };
      const why = refusedAsAnnounced(cause, notice.name);
      if (why !== null) return { why };
      if (!(cause instanceof SourceFailure)) throw cause;
      if (now() - notice.cameAt <= GIVE_UP_MS) return { failure: cause };
      return { why: reject('FILE_UNREADABLE', `${notice.name}: its data could not be had for a day: ${cause.message}`) };
    }
  }

  get #largestBytes(): number {
    return this.notified.settings.largestMb * 2 ** 20;
  }

  /** null: the origin failed in this poll already. */
  async #fetch({ dataId, href }: Wis2Notification, silent: Set<string>, signal: AbortSignal): Promise<Buffer | null> {
    const { settings, domainFolder, service, now } = this.notified;
    const url = new URL(href!);
    if (!settings.from.includes(url.origin)) {
      throw new Refusal('LINK_REFUSED', `${dataId} lies at ${url.origin}; if files may be downloaded from there, add it to from`);
    }
    if (silent.has(url.origin)) return null;
    try {
      service.count(now());
      const signed = await sign(url, settings.credentials, domainFolder);
      const limits = { timeoutMs: settings.timeout, largestBytes: this.#largestBytes };
      const answer = await fetchFile({ ...signed, ...limits, known: null }, signal);
      return answer.kind === 'bytes' ? answer.bytes : null;
    } catch (cause) {
      if (refusedAsAnnounced(cause, dataId) === null) silent.add(url.origin);
      throw cause;
    }
  }
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
