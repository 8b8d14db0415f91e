import type { LoadedDomain } from '#config';
import type { EpochMs, Station, TimeGrid } from '#hydrology';
import { calibrate, type Calibration } from '#learning';
import type { FloodEvent, Pairs } from '#verification';
import { gaugeEvents } from '../gauge-events.js';
import { learningMethod } from '../learning-methods.js';
import { PLAN_DEFAULTS, prepareCalibration } from '../prepare-calibration.js';
import { weightsFor } from '../pretrain-weights.js';
import { recordForcing } from '../record-inputs.js';
import { pairsOf, runFit, type FitRun } from '../run-fit.js';
import { dissectFit, type FitAnatomy } from './fit-anatomy.js';
import { groupsOf, periodsOf, scoredPeriod, type Design, type Group, type Split, type ValidationPlan } from './plan.js';
import { leaveOut, scoreEvents, skillOf, type EventScore, type Skill } from './skill.js';

/** What a fit took. */
export interface FitCost {
  /** On the clock, and of processors. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly iterations: number;
  /** Gradients of the model. */
  readonly evaluations: number;
  /** Most memory that the process has held until then. */
  readonly peakMiB: number;
}

/** One method at one gauge in one design. */
export interface ValidationScore extends Skill {
  readonly split: Split;
  readonly design: Design;
  readonly method: string;
  readonly station: string;
  /** Gauges that the fit saw. */
  readonly fittedOn: readonly string[];
  /** The same without the period to leave out; null where that takes nothing away. */
  readonly without: Skill | null;
  readonly events: readonly EventScore[];
  readonly cost: FitCost;
}

/** A score with the series behind it, for the report. */
export interface ValidationRun {
  readonly score: ValidationScore;
  readonly time: TimeGrid;
  readonly pairs: Pairs;
  readonly events: readonly FloodEvent[];
}

/** A fit on all gauges, from inside. */
export interface DissectedFit {
  readonly split: Split;
  readonly method: string;
  readonly anatomy: FitAnatomy;
  readonly cost: FitCost;
}

/** All that a validation found, for its report. */
export interface ValidationResults {
  readonly plan: ValidationPlan;
  readonly domain: LoadedDomain;
  readonly runs: ValidationRun[];
  readonly fits: DissectedFit[];
}

export type ValidationStep = { readonly run: ValidationRun } | { readonly fit: DissectedFit };

interface Context {
  readonly plan: ValidationPlan;
  readonly domain: LoadedDomain;
  readonly split: Split;
  readonly method: string;
}

/** Fits every method for every design and split, gauge by gauge where the design leaves one out. */
export async function* runValidation(plan: ValidationPlan, domain: LoadedDomain): AsyncGenerator<ValidationStep> {
  const gauges = domain.stations.filter(({ gauged }) => gauged);
  for (const split of plan.splits) {
    for (const method of plan.methods) {
      const context = { plan, domain, split, method };
      for (const group of groupsOf(plan.designs, gauges)) {
        const { fitted, run, cost } = await fitMethod(context, group.fittedOn);
        for (const design of group.designs) yield* scoresOf({ ...context, ...group, design, run, cost });
        if (group.fittedOn.length < gauges.length) continue;
        yield { fit: { split, method, cost, anatomy: dissectFit(fitted, domain, periodsOf(plan, split).later) } };
      }
    }
  }
}

async function fitMethod(
  { plan, domain, split, method: name }: Context,
  gauges: readonly Station[],
): Promise<{ fitted: Calibration; run: FitRun; cost: FitCost }> {
  const method = learningMethod(name);
  const period = periodsOf(plan, split).fitted;
  const [began, used] = [performance.now(), process.cpuUsage()];
  const setup = await prepareCalibration(
    {
      ...{ ...PLAN_DEFAULTS, structure: 'gr4', routing: 'kw', mapping: 'uniform', ...method.plan },
      gauges: gauges.map(({ id }) => id).join(','),
      period,
      ...(await weightsFor(method, { domain, period, seed: plan.seed })),
      settings: { ...PLAN_DEFAULTS.settings, ...method.settings, seed: plan.seed },
    },
    domain,
  );
  const fitted = calibrate(setup.problem, setup.kernel);
  const { user, system } = process.cpuUsage(used);
  const cost = {
    cpuSeconds: Math.round((user + system) / 1e4) / 100,
    seconds: Math.round((performance.now() - began) / 10) / 100,
    iterations: fitted.iterations,
    evaluations: fitted.evaluations,
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  setup.kernel.close();
  const until = Math.max(plan.calibration.to, plan.validation.to) as EpochMs;
  return { fitted, run: runFit(fitted, domain, until), cost };
}

function* scoresOf(
  of: Context & Group & { readonly design: Design; readonly run: FitRun; readonly cost: FitCost },
): Generator<ValidationStep> {
  const { plan, domain, run, split, design, method, cost } = of;
  const { time } = run;
  const pairs = pairsOf(run, domain, scoredPeriod(plan, split, design));
  const forcing = recordForcing(domain.record, time);
  for (const station of of.scoredAt) {
    const pair = pairs[run.stations.findIndex(({ id }) => id === station.id)]!;
    const events = gaugeEvents(station, domain, { forcing, time, observed: Float64Array.from(pair.observed) });
    const series = { pairs: pair, events, time };
    const left = plan.without && leaveOut(series, plan.without);
    const score: ValidationScore = {
      ...{ split, design, method, station: station.id, fittedOn: of.fittedOn.map(({ id }) => id) },
      ...skillOf(series),
      without: left ? skillOf(left) : null,
      events: scoreEvents(series),
      cost,
    };
    yield { run: { score, ...series } };
  }
}
