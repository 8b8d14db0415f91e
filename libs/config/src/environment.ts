import { z } from 'zod';
import type { KafkaSettings } from '#bus';
import { Fault } from '#errors';
import { AccessVariables, readAccess, type AccessSettings } from './access-variables.js';
import { KafkaVariables, readKafkaSettings } from './kafka-variables.js';

export const ROLES = ['ingest', 'forecast', 'alert', 'api'] as const;
export type Role = (typeof ROLES)[number];

const list = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
const wholeNumber = (name: string, min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int(`${name} must be whole`)
    .min(min)
    .max(max);

/** Every variable Freshet reads; nothing else is read from the environment. */
const Variables = z
  .object({
    FRESHET_ROLES: z
      .string()
      .default(ROLES.join(','))
      .transform(list)
      .pipe(z.array(z.enum(ROLES, { error: `must be some of ${ROLES.join(', ')}, separated by commas` })).min(1)),
    FRESHET_BUS: z.enum(['local', 'kafka'], { error: 'must be local, the bus of one process, or kafka' }).default('local'),
    FRESHET_RUN: z.enum(['live', 'exercise'], { error: 'must be live, or exercise to follow a replay' }).default('live'),
    ...KafkaVariables,
    ...AccessVariables,
    FRESHET_SQL: z
      .string()
      .regex(/^(embedded:.+|postgres(ql)?:\/\/.+)$/, 'must be embedded:<folder> or postgres://…')
      .default('embedded:data'),
    FRESHET_HOST: z.string().min(1).default('127.0.0.1'),
    FRESHET_PORT: wholeNumber('the port', 0, 65_535).default(3000),
    FRESHET_METRICS_PORT: wholeNumber('the port', 0, 65_535).optional(),
    FRESHET_DOMAINS: z.string().min(1).optional(),
    FRESHET_BASINS: z.string().default('cance').transform(list).pipe(z.array(z.string()).min(1, 'must name at least one basin')),
    FRESHET_WORKERS: wholeNumber('the number of workers', 1, 256).default(1),
    FRESHET_LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], { error: 'must be trace, debug, info, warn, error or silent' })
      .default('info'),
  })
  .superRefine((given, context) => {
    const refuse = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const { FRESHET_ROLES: roles } = given;
    for (const { variable, message } of readAccess(given).mistakes) refuse(variable, message);
    if (given.FRESHET_BUS === 'kafka') {
      for (const { variable, message } of readKafkaSettings(given).mistakes) refuse(variable, message);
      if (given.FRESHET_SQL.startsWith('embedded:'))
        refuse('FRESHET_SQL', 'must be postgres://… with FRESHET_BUS=kafka: its processes share one database');
      return;
    }
    if (given.FRESHET_RUN === 'exercise')
      refuse('FRESHET_RUN', 'needs FRESHET_BUS=kafka; in one process `freshet replay` plays every role');
    const processing = ROLES.filter(role => role !== 'api' && roles.includes(role));
    // FRESHET_BUS=local hands messages over inside one process only
    if (processing.length === 0 || processing.length === ROLES.length - 1) return;
    refuse(
      'FRESHET_ROLES',
      'must hold ingest, forecast and alert together, or api alone: FRESHET_BUS=local joins roles of one process only',
    );
  });

/** A value as it may be shown: what stands before an @ may be a password. */
const withoutPassword = (value: string | undefined): string => (value ?? '').replace(/[^/]*@/g, '…@');

/** What the environment decides, with its defaults. */
export interface Environment {
  readonly roles: readonly Role[];
  /** How to reach the brokers; null = the bus of one process. */
  readonly kafka: KafkaSettings | null;
  /** exercise: the roles follow the replay that `freshet replay` leads. */
  readonly run: 'live' | 'exercise';
  readonly sql: string;
  readonly host: string;
  readonly port: number;
  /** Who may use the API. */
  readonly access: AccessSettings;
  /** Port of probes and metrics; null = none. */
  readonly metricsPort: number | null;
  /** Folder of the domains; null = the one that comes with Freshet. */
  readonly domains: string | null;
  readonly basins: readonly string[];
  readonly workers: number;
  readonly logLevel: z.infer<typeof Variables>['FRESHET_LOG_LEVEL'];
}

/**
 * Reads the environment once, at the start. A variable that is there but empty counts as not there.
 * @throws Fault ENVIRONMENT_INVALID listing every mistake.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([name, value]) => name.startsWith('FRESHET_') && value !== ''));
  const read = Variables.safeParse(given);
  if (!read.success) {
    const mistakes = read.error.issues.map(
      ({ path, message }) => `${String(path[0])} (${withoutPassword(given[String(path[0])])}): ${message}`,
    );
    throw new Fault('ENVIRONMENT_INVALID', `the environment has ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`, { mistakes });
  }
  const { data } = read;
  return Object.freeze({
    roles: Object.freeze(data.FRESHET_ROLES),
    kafka: data.FRESHET_BUS === 'kafka' ? readKafkaSettings(data).settings : null,
    run: data.FRESHET_RUN,
    sql: data.FRESHET_SQL,
    host: data.FRESHET_HOST,
    port: data.FRESHET_PORT,
    access: readAccess(data).settings,
    metricsPort: data.FRESHET_METRICS_PORT ?? null,
    domains: data.FRESHET_DOMAINS ?? null,
    basins: Object.freeze(data.FRESHET_BASINS),
    workers: data.FRESHET_WORKERS,
    logLevel: data.FRESHET_LOG_LEVEL,
  });
}
