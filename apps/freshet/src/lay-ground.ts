import { LocalBus } from '#bus';
import type { LoadedDomain } from '#config';
import type { RunKind } from '#contracts';
import { Fault } from '#errors';
import type { Lifecycle } from '#runtime';
import { OutboxRelay, type Pool } from '#store';
import type { FreshetOptions } from './freshet-options.js';
import { openDatabase } from './open-database.js';

/** What every role is given. */
export interface Ground {
  readonly options: FreshetOptions;
  readonly lifecycle: Lifecycle;
  readonly pool: Pool;
  readonly bus: LocalBus;
  readonly relay: OutboxRelay;
  readonly domains: readonly LoadedDomain[];
  readonly runKind: RunKind;
  /** Publishes what was just committed without waiting for the next beat. */
  readonly onMessages: () => void;
  /** Freshet cannot go on. */
  readonly fail: (error: unknown) => void;
  readonly failed: Promise<never>;
}

/** Database, bus and outbox: what the roles stand on. */
export async function layGround(options: FreshetOptions, lifecycle: Lifecycle, domains: readonly LoadedDomain[]): Promise<Ground> {
  const { mode, logger, sql } = options;
  const isReplay = mode.kind === 'replay';
  let fail!: (error: unknown) => void;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  failed.catch(() => undefined);
  const database = {
    sql,
    name: isReplay ? 'freshet_replay' : 'freshet',
    anew: isReplay && mode.earlier === 'anew',
    waitForDisk: !isReplay,
  } as const;
  const pool = await openDatabase({ ...database, onLost: fail }, lifecycle);
  const bus = new LocalBus({
    onStopped: (error, { topic, group }) => {
      logger.error({ err: error, topic, group }, 'a consumer stopped');
      fail(error);
    },
  });
  lifecycle.push('bus', () => bus.close(10_000));
  const relay = new OutboxRelay(pool, bus);
  const onMessages = () => {
    relay.drain().catch((error: unknown) => {
      logger.warn({ err: error }, 'the outbox waits');
    });
  };
  return { options, lifecycle, pool, bus, relay, domains, runKind: isReplay ? 'replay' : 'scheduled', onMessages, fail, failed };
}

/** @throws Fault COMMAND_INVALID when there is not exactly one. */
export function onlyDomain(domains: readonly LoadedDomain[]): LoadedDomain {
  const [domain, ...others] = domains;
  if (domain === undefined || others.length > 0) throw new Fault('COMMAND_INVALID', 'a replay plays one basin; name one');
  return domain;
}
