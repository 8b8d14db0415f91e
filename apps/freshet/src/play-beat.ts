import type { Alerting } from '#apps/alert';
import type { Forecasting } from '#apps/forecast';
import { collect, type Collection } from '#apps/ingest';
import type { LocalBus } from '#bus';
import { epochMs, type EpochMs } from '#hydrology';
import { saveReplayClock, type OutboxRelay, type Pool } from '#store';

/** The roles a replay moves, all in this process. */
export interface ReplayStage {
  readonly pool: Pool;
  readonly bus: LocalBus;
  readonly relay: OutboxRelay;
  readonly collection: Collection;
  readonly forecasting: Forecasting;
  readonly alerting: Alerting;
  readonly cutOffMs: number;
}

/**
 * Everything that happens in one beat of a replay, in an order that does not depend on speed: what was received until
 * the cut-off is archived and weighed by the alerts, then the cycle, its alerts, the look for what is absent. The beat
 * is settled when nothing waits any more, and only then noted: a process killed before plays it again, and since every
 * write has a natural key the second time leaves no other trace than the first.
 */
export async function playBeat(stage: ReplayStage, beat: EpochMs, since: EpochMs, signal: AbortSignal): Promise<void> {
  const { relay, collection, forecasting, alerting } = stage;
  const now = epochMs(beat + stage.cutOffMs);
  await collect(collection, { after: since, until: now }, signal);
  await relay.drain();
  await forecasting.enterDue(now);
  await relay.drain();
  await alerting.evaluateAll(now);
  await relay.drain();
  await stage.bus.idle();
  await saveReplayClock(stage.pool, collection.basin, beat);
}
