import { collect, type Collection } from '#apps/ingest';
import type { Alerting } from '#apps/alert';
import { epochMs, type EpochMs } from '#hydrology';
import type { PollWindow } from '#observation';
import { saveReplayClock, type Pool } from '#store';

/** What a replay moves, in this process or in others. */
export interface ReplayStage {
  readonly pool: Pool;
  readonly collection: Collection;
  /** Runs of a weather model, where there are any. */
  readonly runs?: Collection;
  readonly alerting: Alerting;
  /** Enters the cycles whose cut-off has come. */
  enterDue(now: EpochMs): Promise<void>;
  /** Rewinds to the cycle that late values belong to, where that is asked for. */
  rewind?(now: EpochMs): Promise<unknown>;
  /** Resolves when everything published is handled. */
  settle(): Promise<void>;
  readonly cutOffMs: number;
}

/**
 * Everything that happens in one beat of a replay, in an order that does not depend on speed: what was received until
 * the cut-off is archived and weighed by the alerts, then the cycle, its alerts, the look for what is absent. The beat
 * is settled when nothing waits any more, and only then noted: a process killed before plays it again, and since every
 * write has a natural key the second time leaves no other trace than the first.
 */
export async function playBeat(stage: ReplayStage, beat: EpochMs, since: EpochMs, signal: AbortSignal): Promise<void> {
  const now = epochMs(beat + stage.cutOffMs);
  await collectAll(stage, { after: since, until: now }, signal);
  await stage.settle();
  await stage.enterDue(now);
  await stage.settle();
  await stage.alerting.evaluateAll(now);
  await stage.settle();
  await stage.rewind?.(now);
  await stage.settle();
  await saveReplayClock(stage.pool, stage.collection.basin, beat);
}

/** Everything that was received in the window. */
export async function collectAll(
  { collection, runs }: Pick<ReplayStage, 'collection' | 'runs'>,
  window: PollWindow,
  signal: AbortSignal,
): Promise<void> {
  if (runs !== undefined) await collect(runs, window, signal);
  await collect(collection, window, signal);
}
