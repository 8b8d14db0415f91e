import { setTimeout as delay } from 'node:timers/promises';
import { KafkaBus, LocalBus, type Bus, type KafkaSettings } from '#bus';
import { GROUPS, type Topic } from '#contracts';
import type { Lifecycle } from '#runtime';
import { isOutboxEmpty, type OutboxRelay, type Pool } from '#store';

export interface OpenBus {
  readonly bus: Bus;
  /** Does this process share the outbox with others? */
  readonly shared: boolean;
  /** Resolves when everything published is handled, whatever the handlers published included. A replay's clock asks. */
  readonly settle: (pool: Pool, relay: OutboxRelay) => Promise<void>;
}

const ARRIVALS = GROUPS.filter(({ group }) => group === 'archive');

/** Resolves when what the sources of other processes have published is archived, or the signal ends the wait. */
export async function untilArchived(bus: Bus, signal: AbortSignal): Promise<void> {
  if (!(bus instanceof KafkaBus)) return;
  while (!signal.aborted && (await bus.lag(ARRIVALS)).some(({ messages }) => messages > 0)) await delay(LOOK_MS);
}

export interface BusEvents {
  readonly onStopped: (error: unknown, consumer: { readonly topic: Topic; readonly group: string }) => void;
  /** What a handler committed to the outbox should leave. */
  readonly onHandled: () => void;
}

/** The bus between the roles: of this process, or of many. */
export async function openBus(kafka: KafkaSettings | null, events: BusEvents, lifecycle: Lifecycle): Promise<OpenBus> {
  if (kafka === null) return openLocal(events, lifecycle);
  const { logger } = lifecycle;
  const bus = await KafkaBus.open(kafka, {
    ...events,
    log: (level, message, context) => {
      logger[level](context, `kafka: ${message}`);
    },
  });
  lifecycle.push('bus', () => bus.close(DRAIN_MS));
  return { bus, shared: true, settle: (pool, relay) => settleBrokers(bus, pool, relay) };
}

const DRAIN_MS = 10_000;
/** Between two looks at the brokers. */
const LOOK_MS = 10;

function openLocal(events: BusEvents, lifecycle: Lifecycle): OpenBus {
  const bus = new LocalBus({ onStopped: events.onStopped });
  lifecycle.push('bus', () => bus.close(DRAIN_MS));
  return {
    bus,
    shared: false,
    settle: async (_pool, relay) => {
      await relay.drain();
      await bus.idle();
    },
  };
}

/**
 * A handler commits its effect, its outbox with it, before its offset. So when no group is behind, then the outbox is
 * empty, then no group is behind and nothing was published in between, nobody is at work and nothing waits.
 */
async function settleBrokers(bus: KafkaBus, pool: Pool, relay: OutboxRelay): Promise<void> {
  for (;;) {
    await relay.drain();
    const before = await bus.lag(GROUPS);
    if (before.every(({ messages }) => messages === 0) && (await isOutboxEmpty(pool))) {
      const after = await bus.lag(GROUPS);
      if (after.every(({ messages, published }, k) => messages === 0 && published === before[k]!.published)) return;
    }
    await delay(LOOK_MS);
  }
}
