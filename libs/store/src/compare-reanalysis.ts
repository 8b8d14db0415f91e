import { beatsOf, clockItem, rulesOf, stationItem, weigh, type AlertEvent, type AlertedBasin, type StationEvidence } from '#alerting';
import type { RunKind } from '#contracts';
import { DAY_MS, epochMs, type EpochMs } from '#hydrology';
import { readReanalysedEvidence, readStationEvidence, type EvidenceWindow } from './alert-evidence.js';
import type { Queryable } from './connect.js';
import { readCycleSpan } from './reanalysis.js';

export interface Comparing {
  readonly pool: Queryable;
  readonly basin: AlertedBasin;
  /** Of the forecasts that were computed again. */
  readonly runKind: RunKind;
  readonly gaugeLatencyMs: number;
  readonly cutOffMs: number;
  /** Only cycles issued in [from, to] and transitions since `from`; everything that was computed again if left out. */
  readonly within?: { readonly from: EpochMs; readonly to: EpochMs };
}

/** What late and corrected values would have changed in the alerts of the stations. */
export interface AlertDifferences {
  /** Issue times of the reanalysis, both ends included. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Transitions as they were and would not have been, in order. */
  readonly lost: readonly AlertEvent[];
  /** Transitions that would have been and were not. */
  readonly gained: readonly AlertEvent[];
  /** All that would have been. */
  readonly reanalysed: readonly AlertEvent[];
}

/** Alerts are weighed from so long before the first cycle that was computed again. */
const RUN_UP_MS = DAY_MS;

/**
 * Weighs the same time twice, from clear: with what was known when, and as a reanalysis knows it. Their difference is what
 * lateness and corrections did to the alerts. Nothing is stored and nobody is told: an alert that was sent was sent.
 * @returns null where nothing was computed again
 */
export async function compareReanalysis({
  pool,
  basin,
  runKind,
  gaugeLatencyMs,
  cutOffMs,
  within,
}: Comparing): Promise<AlertDifferences | null> {
  const span = await readCycleSpan(pool, basin.basin, 'reanalysis', within);
  if (span === null) return null;
  const start = epochMs(span.first - RUN_UP_MS);
  const window = { basin: basin.basin, runKind, evaluatedTo: start, forecastTo: start, upTo: epochMs(span.last + cutOffMs) };
  const since = within?.from ?? start;
  const was = eventsOf(basin, window, await readStationEvidence(pool, window)).filter(({ at }) => at >= since);
  const evidence = await readReanalysedEvidence(pool, window, gaugeLatencyMs);
  const reanalysed = eventsOf(basin, window, evidence).filter(({ at }) => at >= since);
  const [before, after] = [new Set(was.map(nameOf)), new Set(reanalysed.map(nameOf))];
  return {
    from: span.first,
    to: span.last,
    lost: was.filter(event => !after.has(nameOf(event))),
    gained: reanalysed.filter(event => !before.has(nameOf(event))),
    reanalysed,
  };
}

const nameOf = ({ alertId, phase, at }: AlertEvent): string => `${alertId} ${phase} ${at}`;

function eventsOf(basin: AlertedBasin, window: EvidenceWindow, known: readonly StationEvidence[]): readonly AlertEvent[] {
  const rules = rulesOf({ ...basin, runKind: window.runKind }).filter(rule => rule.kind === 'discharge');
  const items = [...known.map(stationItem), ...beatsOf(window.evaluatedTo, window.upTo).map(clockItem)];
  items.sort((a, b) => a.knownAt - b.knownAt);
  return weigh(items, rules, { before: new Map(), notBefore: window.evaluatedTo }).events;
}
