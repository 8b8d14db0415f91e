import type { ConnectionOptions } from 'node:tls';
import { CompressionTypes, Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

/** How to reach the brokers, and how Freshet's topics lie on them. */
export interface KafkaSettings {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  /** Stands before the names of topics and groups, so that several Freshets can share brokers. */
  readonly prefix: string;
  /** Encrypted; with the certificate of an authority of one's own, PEM. */
  readonly tls: false | { readonly ca: string | null };
  readonly sasl: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string } | null;
  readonly compression: 'none' | 'gzip';
  /** Partitions of a topic made now: as many members of a group can share the basins. Never changed afterwards. */
  readonly partitions: number;
  /** Copies of each partition; three where there are three brokers. */
  readonly replication: number;
}

/** Told what the client has to say; a broker that is away for a moment is no error of ours. */
export type KafkaLog = (level: 'warn' | 'debug', message: string, context: Readonly<Record<string, unknown>>) => void;

/** A client for the settings. */
export function openKafka(settings: KafkaSettings, log: KafkaLog): Kafka {
  const { brokers, tls, sasl, prefix } = settings;
  const config: KafkaConfig = {
    clientId: `${prefix}freshet`,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    // a broker that restarts is back within seconds; whoever publishes is told after these and tries again itself
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ level, log: { message, timestamp: _timestamp, ...context } }) => {
        log(level <= logLevel.WARN && !BY_DESIGN.test(message) ? 'warn' : 'debug', message, context);
      },
  };
  // a copy of the credentials: the client keeps its own state in the object
  return new Kafka({ ...config, ...(tls && { ssl: tlsOptions(tls.ca) }), ...(sasl && { sasl: { ...sasl } as SASLOptions }) });
}

/** The client warns of limited retries at each idempotent producer: ours is renewed after a failure, and the outbox publishes again. */
const BY_DESIGN = /^Limiting retries for the idempotent producer/;

const tlsOptions = (ca: string | null): ConnectionOptions | true => (ca === null ? true : { ca });

/** As the client names it. */
export const compressionOf = ({ compression }: KafkaSettings): CompressionTypes =>
  compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
