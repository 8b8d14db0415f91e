import type { LoadedDomain } from '#config';
import { stampOf, toIso, type EpochMs, type Station, type TimeGrid } from '#hydrology';
import { calibrate } from '#learning';
import { eventErrors, kge, nse, type FloodEvent, type Pairs } from '#verification';
import { gaugeEvents } from './gauge-events.js';
import { learningMethod } from './learning-methods.js';
import { PLAN_DEFAULTS, prepareCalibration } from './prepare-calibration.js';
import { weightsFor } from './pretrain-weights.js';
import { recordForcing, type Period } from './record-inputs.js';
import { pairsOf, runFit, type FitRun } from './run-fit.js';

export const DESIGNS = ['calibration', 'temporal', 'spatial', 'spatiotemporal'] as const;
export type Design = (typeof DESIGNS)[number];

export interface ValidationPlan {
  readonly designs: readonly Design[];
  readonly methods: readonly string[];
  readonly calibration: Period;
  readonly validation: Period;
  /** Left out of the second scores, to see how much of them it makes. */
  readonly without?: Period;
  readonly seed: number;
}

export interface EventScore {
  readonly peakAt: string;
  readonly eff: number;
  readonly epf: number;
  readonly peakDelaySteps: number;
}

/** One method at one gauge in one design. */
export interface ValidationScore {
  readonly design: Design;
  readonly method: string;
  readonly station: string;
  /** Gauges that the fit saw. */
  readonly fittedOn: readonly string[];
  readonly nse: number;
  readonly kge: number;
  readonly without: { readonly nse: number; readonly kge: number } | null;
  readonly events: readonly EventScore[];
  readonly seconds: number;
}

/** A score with the series behind it, for the report. */
export interface ValidationRun {
  readonly score: ValidationScore;
  readonly time: TimeGrid;
  readonly pairs: Pairs;
  readonly events: readonly FloodEvent[];
}

/** Fits every method for every design, gauge by gauge where the design leaves one out. */
export async function* runValidation(plan: ValidationPlan, domain: LoadedDomain): AsyncGenerator<ValidationRun> {
  const gauges = domain.stations.filter(({ gauged }) => gauged);
  for (const method of plan.methods) {
    for (const group of groupsOf(plan.designs, gauges)) {
      const fitted = await fitMethod(method, group.fittedOn, { plan, domain });
      for (const design of group.designs) yield* scoresOf({ plan, domain, method, design, ...fitted, ...group });
    }
  }
}

/** Scores that `runValidation` will give. */
export const scoreCount = ({ designs, methods }: ValidationPlan, { stations }: LoadedDomain): number =>
  designs.length * methods.length * stations.filter(({ gauged }) => gauged).length;

interface Group {
  readonly designs: readonly Design[];
  readonly fittedOn: readonly Station[];
  readonly scoredAt: readonly Station[];
}

/** Designs that share a fit are scored from one. */
function groupsOf(designs: readonly Design[], gauges: readonly Station[]): Group[] {
  const among = (names: readonly Design[]): Design[] => designs.filter(design => names.includes(design));
  const [known, left] = [among(['calibration', 'temporal']), among(['spatial', 'spatiotemporal'])];
  const all: Group = { designs: known, fittedOn: gauges, scoredAt: gauges };
  const without = gauges.map((gauge): Group => ({ designs: left, fittedOn: gauges.filter(each => each !== gauge), scoredAt: [gauge] }));
  return [all, ...without].filter(group => group.designs.length > 0 && group.fittedOn.length > 0);
}

interface Context {
  readonly plan: ValidationPlan;
  readonly domain: LoadedDomain;
}

async function fitMethod(name: string, gauges: readonly Station[], { plan, domain }: Context): Promise<{ run: FitRun; seconds: number }> {
  const method = learningMethod(name);
  const began = performance.now();
  const setup = await prepareCalibration(
    {
      ...{ ...PLAN_DEFAULTS, structure: 'gr4', routing: 'kw', mapping: 'uniform', ...method.plan },
      gauges: gauges.map(({ id }) => id).join(','),
      period: plan.calibration,
      ...(await weightsFor(method, { domain, period: plan.calibration, seed: plan.seed })),
      settings: { ...PLAN_DEFAULTS.settings, ...method.settings, seed: plan.seed },
    },
    domain,
  );
  const fitted = calibrate(setup.problem, setup.kernel);
  const seconds = Math.round((performance.now() - began) / 10) / 100;
  const until = Math.max(plan.calibration.to, plan.validation.to) as EpochMs;
  return { run: runFit(fitted, domain, until), seconds };
}

function* scoresOf(
  of: Context & Group & { readonly method: string; readonly design: Design; readonly run: FitRun; readonly seconds: number },
): Generator<ValidationRun> {
  const { plan, domain, run, design } = of;
  const period = design === 'temporal' || design === 'spatiotemporal' ? plan.validation : plan.calibration;
  const pairs = pairsOf(run, domain, period);
  const forcing = recordForcing(domain.record, run.time);
  for (const station of of.scoredAt) {
    const row = run.stations.findIndex(({ id }) => id === station.id);
    const pair = pairs[row]!;
    const events = gaugeEvents(station, domain, { forcing, time: run.time, observed: Float64Array.from(pair.observed) });
    const score: ValidationScore = {
      ...{ design, method: of.method, station: station.id, fittedOn: of.fittedOn.map(({ id }) => id) },
      nse: nse(pair),
      kge: kge(pair),
      without: plan.without ? scoreWithout(pair, run.time, plan.without) : null,
      events: events.map(event => scoreEvent(pair, event, run.time)),
      seconds: of.seconds,
    };
    yield { score, time: run.time, pairs: pair, events };
  }
}

function scoreEvent(pairs: Pairs, event: FloodEvent, time: TimeGrid): EventScore {
  const { floodFlow, peakFlow, peakDelay } = eventErrors(pairs, event);
  return { peakAt: toIso(stampOf(time, event.peak)), eff: floodFlow, epf: peakFlow, peakDelaySteps: peakDelay };
}

function scoreWithout({ simulated, observed }: Pairs, time: TimeGrid, { from, to }: Period): { nse: number; kge: number } {
  const kept = Float64Array.from(observed, (value, k) => (stampOf(time, k) > from && stampOf(time, k) <= to ? NaN : value));
  return { nse: nse({ simulated, observed: kept }), kge: kge({ simulated, observed: kept }) };
}
