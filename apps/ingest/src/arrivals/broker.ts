import { readFile } from 'node:fs/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import { pathFrom, type NotificationSettings } from '#config';
import { readSecret } from '../http/credentials.js';
import { SourceFailure } from '../http/source-failure.js';

/** What a broker is told of a message: that it was received when this resolves; if it rejects, to send it again. */
export type OnMessage = (topic: string, payload: Uint8Array) => Promise<void>;

/** Connection refused, as MQTT 3.1.1 numbers it: wrong user or password, not allowed. */
const NOT_ALLOWED: ReadonlySet<unknown> = new Set([4, 5, 134, 135]);
/** Granted quality of a subscription that is refused. */
const REFUSED_TOPIC = 128;

/**
 * A subscription at a broker that lasts over connections: what is published while nobody is connected waits there for this client. A
 * connection that broke is made again by the next `connect`, so how often is up to who calls.
 */
export class Broker {
  #client: MqttClient | undefined;
  #broken: unknown;

  constructor(
    private readonly settings: NotificationSettings,
    private readonly as: { readonly domainFolder: string; readonly clientId: string; readonly lasting: boolean },
  ) {}

  /**
   * Connects unless it is connected.
   * @throws SourceFailure UNREACHABLE, TIMED_OUT, REFUSED (user, certificate or topic), CREDENTIALS_UNREADABLE; FOLDER_UNREADABLE when the
   * last message could not be kept
   */
  async connect(onMessage: OnMessage): Promise<void> {
    this.#sayBroken();
    if (this.#client?.connected === true) return;
    await this.leave();
    const options = await this.#options();
    const { connect } = await import('mqtt'); // 150 ms, for those who have a broker
    const client = connect(this.settings.url, options);
    this.#client = client;
    client.handleMessage = ({ topic, payload }, done) => {
      onMessage(topic, Buffer.from(payload)).then(
        () => {
          done();
        },
        (cause: unknown) => {
          this.#broken = cause;
          client.end(true); // not acknowledged: it comes again
        },
      );
    };
    try {
      await this.#connected(client);
      await this.#subscribe(client);
    } catch (cause) {
      await this.leave();
      throw cause;
    }
  }

  /** What the broker has for us waits there. */
  async leave(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(true);
  }

  #sayBroken(): void {
    const cause = this.#broken;
    this.#broken = undefined;
    if (cause === undefined) return;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new SourceFailure('FOLDER_UNREADABLE', `a message of ${this.settings.url} could not be kept (${code ?? message}); make room`);
  }

  async #options(): Promise<IClientOptions> {
    const { timeout, user, password, ca } = this.settings;
    const { domainFolder, clientId, lasting } = this.as;
    const path = (file: string) => pathFrom(domainFolder, file);
    return {
      ...{ clientId, clean: !lasting, protocolVersion: 4, keepalive: 60, connectTimeout: timeout, reconnectPeriod: 0, resubscribe: false },
      ...(user !== undefined && { username: await readSecret(path(user)) }),
      ...(password !== undefined && { password: await readSecret(path(password)) }),
      ...(ca !== undefined && { ca: await readCertificates(path(ca)) }),
    };
  }

  #connected(client: MqttClient): Promise<void> {
    const { url, timeout } = this.settings;
    return new Promise((connected, failed) => {
      const late = setTimeout(() => {
        failed(new SourceFailure('TIMED_OUT', `${url} did not answer within ${timeout / 1000} s`));
      }, timeout);
      const settle = (failure: SourceFailure | null) => {
        clearTimeout(late);
        if (failure === null) connected();
        else failed(failure);
      };
      client.on('connect', () => {
        settle(null);
      });
      client.on('error', cause => {
        settle(this.#whyNot(cause)); // after the first it changes nothing: the next poll sees that it is not connected
      });
      client.on('close', () => {
        settle(new SourceFailure('UNREACHABLE', `${url} closes the connection before it is made`));
      });
    });
  }

  #whyNot(cause: Error & { readonly code?: string | number }): SourceFailure {
    const { url } = this.settings;
    if (NOT_ALLOWED.has(cause.code)) return new SourceFailure('REFUSED', `${url} refuses this client; check user and password`);
    const isTls = /certificate|CERT|self-signed|TLS|SSL/i.test(`${cause.code ?? ''} ${cause.message}`);
    if (isTls)
      return new SourceFailure(
        'REFUSED',
        `the certificate of ${url} is not trusted (${cause.code ?? cause.message}); name its issuer as ca`,
      );
    return new SourceFailure('UNREACHABLE', `${url} cannot be reached: ${cause.code ?? cause.message}`);
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const { url, topics } = this.settings;
    const granted = await client.subscribeAsync([...topics], { qos: 1 }).catch((cause: unknown) => {
      throw new SourceFailure('REFUSED', `${url} refuses the topics ${topics.join(', ')}: ${(cause as Error).message}`);
    });
    const refused = granted.filter(({ qos }) => (qos as number) === REFUSED_TOPIC).map(({ topic }) => topic);
    if (refused.length > 0) throw new SourceFailure('REFUSED', `${url} refuses the topics ${refused.join(', ')}; may this user read them?`);
  }
}

async function readCertificates(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? '';
    throw new SourceFailure('CREDENTIALS_UNREADABLE', `the certificates ${path} cannot be read: ${why}`);
  });
}
