import type { Bus } from '#bus';
import type { LoadedDomain } from '#config';
import type { RunKind } from '#contracts';
import { Fault } from '#errors';
import type { Lifecycle } from '#runtime';
import { OutboxRelay, type Pool } from '#store';
import type { FreshetOptions } from './freshet-options.js';
import { openBus } from './open-bus.js';
import { openDatabase, type DatabaseOptions } from './open-database.js';

/** What every role is given. */
export interface Ground {
  readonly options: FreshetOptions;
  readonly lifecycle: Lifecycle;
  readonly pool: Pool;
  readonly bus: Bus;
  readonly relay: OutboxRelay;
  readonly domains: readonly LoadedDomain[];
  readonly runKind: RunKind;
  /** Publishes what was just committed without waiting for the next beat. */
  readonly onMessages: () => void;
  /** Resolves when everything published is handled, by whatever process. */
  readonly settle: () => Promise<void>;
  /** Freshet cannot go on. */
  readonly fail: (error: unknown) => void;
  readonly failed: Promise<never>;
}

/** Database, bus and outbox: what the roles stand on. */
export async function layGround(options: FreshetOptions, lifecycle: Lifecycle, domains: readonly LoadedDomain[]): Promise<Ground> {
  const { mode, logger, kafka } = options;
  let fail!: (error: unknown) => void;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  failed.catch(() => undefined);
  const pool = await openDatabase(databaseOf(options, fail), lifecycle);
  const onMessages = () => {
    relay.drain().catch((error: unknown) => {
      logger.warn({ err: error }, 'the outbox waits');
    });
  };
  const onStopped = (error: unknown, { topic, group }: { readonly topic: string; readonly group: string }) => {
    logger.error({ err: error, topic, group }, 'a consumer stopped');
    fail(error);
  };
  const { bus, shared, settle } = await openBus(kafka, { onStopped, onHandled: onMessages }, lifecycle);
  const relay = new OutboxRelay(pool, bus, { shared });
  const runKind = mode.kind === 'live' ? 'scheduled' : 'replay';
  return { options, lifecycle, pool, bus, relay, domains, runKind, onMessages, settle: () => settle(pool, relay), fail, failed };
}

function databaseOf({ mode, sql, kafka }: FreshetOptions, onLost: (error: unknown) => void): DatabaseOptions {
  const isReplay = mode.kind === 'replay';
  return {
    sql,
    name: isReplay ? 'freshet_replay' : 'freshet',
    anew: isReplay && mode.earlier === 'anew',
    // one process goes back to what its database still has; between many, the brokers remember what was acknowledged
    waitForDisk: mode.kind === 'live' || kafka !== null,
    onLost,
  };
}

/** @throws Fault COMMAND_INVALID when there is not exactly one. */
export function onlyDomain(domains: readonly LoadedDomain[]): LoadedDomain {
  const [domain, ...others] = domains;
  if (domain === undefined || others.length > 0) throw new Fault('COMMAND_INVALID', 'a replay plays one basin; name one');
  return domain;
}
