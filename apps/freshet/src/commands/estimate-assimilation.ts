import { decodeMemory, type AssimilationSettings, type LeadStatistics, type StationStatistics } from '#assimilation';
import type { LoadedDomain } from '#config';
import type { BasinModel, CycleState } from '#cycle';
import { epochMs, type StationId } from '#hydrology';
import type { Kernel } from '#kernel';
import { findUpstreamLinks } from './find-upstream-links.js';
import { disturbRain, type RainError } from './rain-error.js';
import { runHindcast, type HindcastPlan } from './run-hindcast.js';
import { casesOf, scoreStation, type ForecastCase } from './score-hindcast.js';

export interface EstimationProblem {
  readonly domain: LoadedDomain;
  /** The basin with each parameter file: those fitted on a part of the period err on the rest as they will err in future. */
  readonly models: readonly { readonly basin: BasinModel; readonly kernel: Kernel }[];
  /** The calibration period, rain known, no latency. */
  readonly plan: HindcastPlan;
  /** A wandering radar: settings must also serve rain that is wrong. */
  readonly rainError: RainError;
  readonly onHindcast: (done: number) => void;
}

export interface Estimate {
  readonly settings: AssimilationSettings;
  readonly statistics: Readonly<Record<string, StationStatistics>>;
  /** RMSE of the issued forecast over that of the best baseline, mean over gauges, leads, models and both records. */
  readonly score: number;
  readonly tried: readonly { readonly name: string; readonly score: number }[];
  readonly hindcasts: number;
}

/** What is varied, one after the other, each around the best so far. */
const VARIATIONS: readonly (readonly [name: string, vary: (settings: AssimilationSettings, factor: number) => AssimilationSettings])[] = [
  ['prior', (s, factor) => ({ ...s, priors: s.priors.map(prior => scaled(prior, factor)) })],
  ['error', (s, factor) => ({ ...s, observationError: { ...s.observationError, sd: s.observationError.sd * factor } })],
];
const FACTORS = [0.5, 2] as const;
/** A change must gain this much, or noise decides. */
const LEAST_GAIN = 0.002;

const scaled = ({ rain, production, transfer, channel }: AssimilationSettings['priors'][number], factor: number) => ({
  rain: rain * factor,
  production: production * factor,
  transfer: transfer * factor,
  channel: channel * factor,
});

/**
 * Standard deviations of the controls and of the errors at the gauges that forecast best over a past period, by hindcasts of
 * it with the record's rain and with disturbed rain; then what a hindcast with them teaches about the members of the blend.
 */
export function estimateAssimilation(problem: EstimationProblem): Estimate {
  const links = findUpstreamLinks(problem.domain, problem.plan);
  let best: AssimilationSettings = { ...problem.models[0]!.basin.assimilation, links };
  let hindcasts = 0;
  const tried: { name: string; score: number }[] = [];
  const scoreOf = (settings: AssimilationSettings, name: string): number => {
    const scores = trialsOf(problem).map(trial => {
      const score = meanRatio(trial, hindcast(trial, settings).cases);
      problem.onHindcast(++hindcasts);
      return score;
    });
    const score = mean(scores);
    tried.push({ name, score });
    return score;
  };
  let score = scoreOf(best, 'start');
  for (const [name, vary] of VARIATIONS) {
    const start = best;
    for (const factor of FACTORS) {
      const candidate = vary(start, factor);
      const reached = scoreOf(candidate, `${name} × ${factor}`);
      if (reached < score - LEAST_GAIN) [best, score] = [candidate, reached];
    }
  }
  const statistics = trialsOf(problem).map(trial => {
    const { last } = hindcast(trial, best);
    problem.onHindcast(++hindcasts);
    return statisticsOf(last, trial.basin);
  });
  return { settings: best, statistics: mergeStatistics(statistics), score, tried, hindcasts };
}

/** One hindcast: a model, and the record as it is or disturbed. */
interface Trial {
  readonly domain: LoadedDomain;
  readonly basin: BasinModel;
  readonly kernel: Kernel;
  readonly plan: HindcastPlan;
}

/** Each model on the record as it is, and disturbed: the radar of the past may have been better than that of the next flood. */
function trialsOf({ domain, models, plan, rainError }: EstimationProblem): Trial[] {
  const plans = [plan, { ...plan, record: disturbRain(plan.record, rainError) }];
  return models.flatMap(model => plans.map(one => ({ domain, ...model, plan: one })));
}

/** Hindcasts that an estimation with so many models takes. */
export const hindcastsOf = (models: number): number => 2 * models * (2 + VARIATIONS.length * FACTORS.length);

function hindcast(
  { domain, basin, kernel, plan }: Trial,
  assimilation: AssimilationSettings,
): { readonly cases: readonly (readonly ForecastCase[])[]; readonly last: CycleState } {
  const cases = basin.stations.map((): ForecastCase[] => []);
  let last: CycleState | undefined;
  for (const result of runHindcast(plan, domain, { ...basin, assimilation }, kernel)) {
    basin.stations.forEach((_, row) => cases[row]!.push(...casesOf(result, row)));
    last = result.state;
  }
  return { cases, last: last! };
}

function meanRatio({ domain, basin, plan }: Trial, cases: readonly (readonly ForecastCase[])[]): number {
  const ratios = basin.stations.flatMap(({ id, gauged }, row) => {
    if (!gauged) return [];
    const observed = domain.record.discharge(id, epochMs(plan.from - 1), plan.to);
    return scoreStation(cases[row]!, observed).map(
      ({ rmse }) => rmse.issued / Math.min(rmse.openLoop, rmse.persistence, rmse.additiveDecay, rmse.logDecay),
    );
  });
  return mean(ratios);
}

function statisticsOf(state: CycleState, { stations }: BasinModel): Record<StationId, StationStatistics> {
  const gauged = new Set(stations.filter(station => station.gauged).map(({ id }) => id));
  const learned = decodeMemory(state.memory).stations.filter(({ station }) => gauged.has(station));
  return Object.fromEntries(learned.map(({ station, statistics }) => [station, statistics]));
}

/** What several hindcasts taught, each counting alike: products on the scale of their mean trace, geometric means of the widths. */
function mergeStatistics(all: readonly Readonly<Record<string, StationStatistics>>[]): Record<string, StationStatistics> {
  return Object.fromEntries(
    Object.keys(all[0]!).map(id => [id, { leads: all[0]![id]!.leads.map((_, lead) => mergeLeads(all.map(one => one[id]!.leads[lead]!))) }]),
  );
}

function mergeLeads(leads: readonly LeadStatistics[]): LeadStatistics {
  const members = Math.sqrt(leads[0]!.products.length);
  const traces = leads.map(({ products }) => products.reduce((sum, value, k) => (k % (members + 1) === 0 ? sum + value : sum), 0));
  const scale = mean(traces);
  return {
    count: mean(leads.map(({ count }) => count)),
    products: leads[0]!.products.map((_, k) => mean(leads.map(({ products }, one) => (products[k]! * scale) / traces[one]!))),
    widths: leads[0]!.widths.map((_, k) => Math.exp(mean(leads.map(({ widths }) => Math.log(widths[k]!))))),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
