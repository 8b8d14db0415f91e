import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KafkaSettings } from '#bus';

const hostsAndPorts = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');

const count = (max: number) =>
  z.coerce
    .number({ error: `must be a whole number from 1 to ${max}` })
    .int()
    .min(1)
    .max(max);

/** The variables about the brokers; secrets come out of files, so that no list of processes shows them. */
export const KafkaVariables = {
  FRESHET_KAFKA_BROKERS: z
    .string()
    .transform(hostsAndPorts)
    .pipe(z.array(z.string().regex(/^[^:\s]+:\d+$/, 'must be host:port, separated by commas')).min(1))
    .optional(),
  FRESHET_KAFKA_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]*$/, 'may hold letters, digits, dots, dashes and underscores')
    .optional(),
  FRESHET_KAFKA_PARTITIONS: count(10_000).default(48),
  FRESHET_KAFKA_REPLICATION: count(9).default(3),
  FRESHET_KAFKA_COMPRESSION: z.enum(['none', 'gzip'], { error: 'must be none or gzip' }).default('gzip'),
  FRESHET_KAFKA_TLS: z.string().min(1).default('off'),
  FRESHET_KAFKA_SASL: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], { error: 'must be plain, scram-sha-256 or scram-sha-512' })
    .optional(),
  FRESHET_KAFKA_USER: z.string().min(1).optional(),
  FRESHET_KAFKA_PASSWORD_FILE: z.string().min(1).optional(),
};

type Given = Readonly<z.infer<z.ZodObject<typeof KafkaVariables>>> & { readonly FRESHET_RUN: 'live' | 'exercise' };

/** A mistake about the brokers: which variable and what is wrong with it. */
export interface KafkaMistake {
  readonly variable: keyof typeof KafkaVariables;
  readonly message: string;
}

/** What the variables say about the brokers, or every mistake in them. Reads the files they name. */
export function readKafkaSettings(given: Given): { readonly settings: KafkaSettings | null; readonly mistakes: readonly KafkaMistake[] } {
  const mistakes: KafkaMistake[] = [];
  const file = (variable: 'FRESHET_KAFKA_TLS' | 'FRESHET_KAFKA_PASSWORD_FILE', path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      mistakes.push({ variable, message: `cannot be read: ${(error as Error).message}` });
      return '';
    }
  };
  const brokers = given.FRESHET_KAFKA_BROKERS;
  if (brokers === undefined) mistakes.push({ variable: 'FRESHET_KAFKA_BROKERS', message: 'must name the brokers, host:port' });
  const tls = given.FRESHET_KAFKA_TLS;
  const sasl = readSasl(given, file, mistakes);
  const ca = tls === 'off' || tls === 'system' ? null : file('FRESHET_KAFKA_TLS', tls);
  if (brokers === undefined || mistakes.length > 0) return { settings: null, mistakes };
  return {
    mistakes,
    settings: Object.freeze({
      brokers,
      // an exercise never speaks on the topics of operations
      prefix: given.FRESHET_KAFKA_PREFIX ?? (given.FRESHET_RUN === 'live' ? 'freshet.' : 'freshet.exercise.'),
      partitions: given.FRESHET_KAFKA_PARTITIONS,
      replication: given.FRESHET_KAFKA_REPLICATION,
      compression: given.FRESHET_KAFKA_COMPRESSION,
      tls: tls === 'off' ? false : { ca },
      sasl,
    }),
  };
}

function readSasl(
  given: Given,
  file: (variable: 'FRESHET_KAFKA_PASSWORD_FILE', path: string) => string,
  mistakes: KafkaMistake[],
): KafkaSettings['sasl'] {
  const { FRESHET_KAFKA_SASL: mechanism, FRESHET_KAFKA_USER: username, FRESHET_KAFKA_PASSWORD_FILE: path } = given;
  if (mechanism === undefined) return null;
  if (username === undefined) mistakes.push({ variable: 'FRESHET_KAFKA_USER', message: 'must be given with FRESHET_KAFKA_SASL' });
  if (path === undefined) mistakes.push({ variable: 'FRESHET_KAFKA_PASSWORD_FILE', message: 'must be given with FRESHET_KAFKA_SASL' });
  if (username === undefined || path === undefined) return null;
  return { mechanism, username, password: file('FRESHET_KAFKA_PASSWORD_FILE', path).trim() };
}
