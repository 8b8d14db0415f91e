import { epochMs, type EpochMs } from '#hydrology';
import type { AlertEvent, AlertedBasin } from '#alerting';
import type { Bus, Message, Subscription } from '#bus';
import type { RunKind } from '#contracts';
import type { Pool } from '#store';
import { evaluateAlerts } from './evaluate.js';

export interface AlertingOptions {
  readonly pool: Pool;
  readonly bus: Bus;
  readonly runKind: RunKind;
  readonly basins: readonly AlertedBasin[];
  /** Called after a commit that wrote messages, so that they leave at once. */
  readonly onMessages: () => void;
}

export interface Alerting {
  /** Weighs what became known until `upTo`; beginning the evaluation where there was none. */
  evaluate(basin: string, upTo: EpochMs): Promise<readonly AlertEvent[]>;
  /** Every basin, as the watchdog does on the beat. */
  evaluateAll(upTo: EpochMs): Promise<void>;
  stop(): Promise<void>;
}

/** The evaluation alone, for whoever holds a clock; nothing wakes it. */
export function createAlerting(options: AlertingOptions): Alerting {
  const evaluate = evaluator(options);
  return {
    evaluate: (basin, upTo) => evaluate(basin, upTo, true),
    evaluateAll: async upTo => {
      for (const { basin } of options.basins) await evaluate(basin, upTo, true);
    },
    stop: () => Promise.resolve(),
  };
}

const evaluator =
  ({ pool, runKind, basins, onMessages }: AlertingOptions) =>
  async (basin: string, upTo: EpochMs, begins: boolean): Promise<readonly AlertEvent[]> => {
    const alerted = basins.find(each => each.basin === basin);
    if (alerted === undefined) return [];
    const events = await evaluateAlerts({ pool, runKind, basin: alerted, upTo, begins });
    if (events.length > 0) onMessages();
    return events;
  };

/**
 * Wakes the evaluation when observations are archived and forecasts issued. Messages of other kinds of run are not ours,
 * and an archived value begins nothing: a replay first archives what was known before it starts.
 */
export async function startAlerting(options: AlertingOptions): Promise<Alerting> {
  const { bus, runKind } = options;
  const evaluate = evaluator(options);
  const subscriptions: Subscription[] = [
    await bus.subscribe('obs.archived.v1', 'alert', async batch => {
      for (const [basin, upTo] of newestPerBasin(batch, runKind, value => value.receivedAt)) await evaluate(basin, upTo, false);
    }),
    await bus.subscribe('forecast.issued.v1', 'alert', async batch => {
      for (const [basin, upTo] of newestPerBasin(batch, runKind, value => value.asOf)) await evaluate(basin, upTo, true);
    }),
  ];
  return {
    ...createAlerting(options),
    stop: async () => {
      await Promise.all(subscriptions.map(subscription => subscription.stop()));
    },
  };
}

type WakingTopic = 'obs.archived.v1' | 'forecast.issued.v1';

/** One evaluation a basin for the whole batch: the evidence is in the store. */
function newestPerBasin<T extends WakingTopic>(
  batch: readonly Message<T>[],
  runKind: RunKind,
  timeOf: (value: Message<T>['value']) => number,
): Map<string, EpochMs> {
  const newest = new Map<string, EpochMs>();
  for (const { key, value } of batch) {
    if (value.runKind === runKind) newest.set(key, epochMs(Math.max(newest.get(key) ?? -Infinity, timeOf(value))));
  }
  return newest;
}
