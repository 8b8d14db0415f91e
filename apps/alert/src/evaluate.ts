import { BEAT_MS, SECOND_MS, epochMs, floorTo, type BasinId, type EpochMs } from '#hydrology';
import { beatsOf, clockItem, rulesOf, stationItem, weigh, type AlertEvent, type AlertedBasin, type EvidenceItem } from '#alerting';
import type { RunKind } from '#contracts';
import { STALL_MARGIN_MS } from '#observation';
import {
  FRESHNESS_REACH_MS,
  beginEvaluation,
  inTransaction,
  lockAlerts,
  readAlertStates,
  readHabits,
  readNewestInputs,
  readStationEvidence,
  saveAlerts,
  saveProgress,
  type EvaluationProgress,
  type NewestInput,
  type Pool,
  type Queryable,
} from '#store';

export interface Evaluation {
  readonly pool: Pool;
  readonly runKind: RunKind;
  readonly basin: AlertedBasin;
  /** Evidence that became known until here is weighed. */
  readonly upTo: EpochMs;
  /** May the evaluation begin here, where there was none? */
  readonly begins: boolean;
}

/**
 * Weighs everything that became known about a basin since the last time, in the order it became known, and commits
 * states, transitions, messages and progress in one transaction. The evidence comes out of the store, never out of the
 * message that woke us: so nothing is weighed twice, nothing is lost by a crash, and a replay repeats itself whatever
 * the timing of its messages. What became known at a
 * beat is in the store when a later time is reached, so the beat waits until then.
 * @returns the transitions, empty when nothing changed.
 */
export async function evaluateAlerts(evaluation: Evaluation): Promise<readonly AlertEvent[]> {
  const { pool, runKind, basin, upTo, begins } = evaluation;
  const scope = { basin: basin.basin, runKind };
  return inTransaction(pool, async client => {
    if (begins) await beginEvaluation(client, scope, firstProgress(upTo));
    const progress = await lockAlerts(client, scope);
    if (progress === null) return [];
    const until = epochMs(Math.max(upTo, progress.evaluatedTo)); // a forecast that comes late is still news
    const before = await readAlertStates(client, scope);
    const items = await readTimeline(client, { ...evaluation, upTo: until }, progress);
    const weighed = weigh(items, rulesOf({ ...basin, runKind }), { before, notBefore: progress.evaluatedTo });
    await saveAlerts(client, scope, weighed);
    await saveProgress(client, scope, progressAfter(progress, items, until));
    return weighed.events;
  });
}

/** The cycle of the beat it begins at is the first forecast, and the next beat the first look: until then no cycle can be late. */
function firstProgress(upTo: EpochMs): EvaluationProgress {
  const beat = floorTo(upTo, BEAT_MS);
  return { evaluatedTo: epochMs(beat + SECOND_MS), forecastTo: epochMs(beat - BEAT_MS) };
}

async function readTimeline(
  client: Queryable,
  { basin, runKind, upTo }: Evaluation,
  progress: EvaluationProgress,
): Promise<EvidenceItem[]> {
  const of = { basin: basin.basin, runKind };
  const known = await readStationEvidence(client, { ...of, ...progress, upTo });
  const beats = beatsOf(progress.evaluatedTo, upTo);
  const newest = await readNewestInputs(client, { ...of, times: beats });
  const looks: EvidenceItem[] = [];
  for (const beat of beats) {
    const usual = basin.settings.absence.learned ? await usualAges(client, basin.basin, beat) : new Map<string, number>();
    looks.push(...beatItems(beat, { newest, usual }, basin));
  }
  const items = [...known.map(stationItem), ...looks];
  return items.sort((a, b) => a.knownAt - b.knownAt); // stable: at one time observations and forecasts, then the clock
}

/** How old each input usually gets, as it was known at a beat; none that is not learned yet. */
async function usualAges(client: Queryable, basin: BasinId, beat: EpochMs): Promise<Map<string, number>> {
  const habits = await readHabits(client, basin, beat);
  return new Map(habits.flatMap(({ input, usualAgeMs }) => (usualAgeMs === null ? [] : [[input, usualAgeMs] as const])));
}

interface KnownInputs {
  readonly newest: readonly NewestInput[];
  readonly usual: ReadonlyMap<string, number>;
}

function beatItems(beat: EpochMs, { newest, usual }: KnownInputs, { stations, rainGauges }: AlertedBasin): EvidenceItem[] {
  const gauges = [...rainGauges, ...stations.filter(station => station.gauged)];
  const inputs = ['rain', 'cycle', ...gauges.map(({ id }) => id)];
  const looks = inputs.map((input): EvidenceItem => {
    const value = newest.find(each => each.at === beat && each.input === input)?.newest ?? null;
    const usualMs = usual.get(input);
    const ageMs = value === null ? FRESHNESS_REACH_MS : beat - value;
    return {
      knownAt: beat,
      evidence: { kind: 'freshness', newest: value, ageMs, ...(usualMs !== undefined && { stalledAfterMs: usualMs + STALL_MARGIN_MS }) },
      concerns: rule => rule.kind === 'absence' && rule.subject === input,
    };
  });
  return [clockItem(beat), ...looks];
}

function progressAfter(progress: EvaluationProgress, items: readonly EvidenceItem[], upTo: EpochMs): EvaluationProgress {
  const issued = items.map(({ evidence }) => (evidence.kind === 'forecast' ? evidence.issueTime : progress.forecastTo));
  return { evaluatedTo: upTo, forecastTo: epochMs(Math.max(progress.forecastTo, ...issued)) };
}
