import { MINUTE_MS, toIso, type EpochMs } from '#hydrology';
import { DEFAULT_SETTINGS, Nowcast } from '#nowcast';
import type { MosaicSequence } from './read-mosaics.js';
import { EnsembleSums, scoreField, type EnsembleScore, type FieldScore } from './score-nowcast.js';

type Method = 'persistence' | 'carried' | 'nowcast';

export interface LeadScore {
  readonly leadMinutes: number;
  readonly issues: number;
  /** Share of the cells with an observation for which the nowcast has an answer; all methods are scored on those. */
  readonly covered: number;
  /** Means over the issue times: rain that stays, rain that moves, rain that moves and is forgotten by scale. */
  readonly persistence: FieldScore;
  readonly carried: FieldScore;
  readonly nowcast: FieldScore;
  /** Issue times at which the nowcast was above persistence in correlation, and in CSI. */
  readonly better: { readonly correlation: number; readonly csi: number };
  /** … at which it was below; at the others both were the same or had no score. */
  readonly worse: { readonly correlation: number; readonly csi: number };
  readonly ensemble?: EnsembleScore;
}

/** Which nowcasts are made, and how; members, seed and errors of motion matter for an ensemble only. */
export interface ScoreOptions {
  /** First issue time. */
  readonly from?: EpochMs;
  /** Last time that is looked at. */
  readonly to?: EpochMs;
  /** Steps ahead. */
  readonly leads: number;
  readonly members?: number;
  readonly seed?: number;
  readonly motionSpread?: number;
  readonly trend?: boolean;
}

/**
 * Nowcasts from every mosaic of a sequence that has the two steps before it and one after it, scored by lead beside rain that stays and rain
 * that only moves. A lead without a single issue time is left out.
 */
export function scoreNowcasts(sequence: MosaicSequence, options: ScoreOptions): LeadScore[] {
  const { from = -Infinity, to = Infinity } = options;
  const inside = { ...sequence, mosaics: sequence.mosaics.filter(mosaic => mosaic.to <= to) };
  const tally = new Tally(inside, options);
  for (const { to: issue } of inside.mosaics) if (issue >= from) tally.add(issue);
  return tally.scores();
}

interface LeadSums {
  readonly fields: Record<Method, FieldScore>[];
  readonly covered: number[];
  readonly ensemble: EnsembleSums;
}

/** Every so many cells the members are scored, in both directions. */
const STRIDE = 4;

/** Adds up the scores of one nowcast after the other. */
class Tally {
  private readonly leads: LeadSums[];
  private readonly at: ReadonlyMap<number, Float32Array>;
  private readonly members: number;

  constructor(
    private readonly sequence: MosaicSequence,
    private readonly options: ScoreOptions,
  ) {
    this.at = new Map(sequence.mosaics.map(({ to, rates }) => [to, rates]));
    this.leads = Array.from({ length: options.leads }, () => ({
      fields: [],
      covered: [],
      ensemble: new EnsembleSums(),
    }));
    this.members = options.members ?? 0;
  }

  add(issue: EpochMs): void {
    const { rows, columns, cellKm, stepMs } = this.sequence;
    const mosaics = [-2, -1, 0].flatMap(back => this.at.get(issue + back * stepMs) ?? []);
    const truths = this.leads.map((_, n) => this.at.get(issue + (n + 1) * stepMs));
    if (mosaics.length < 3 || truths.every(truth => truth === undefined)) return;
    process.stderr.write(`${toIso(issue)}\n`);
    const settings = { trend: this.options.trend ?? true, motionSpread: this.options.motionSpread ?? DEFAULT_SETTINGS.motionSpread };
    const problem = { rows, columns, mosaics, cellKm, stepMinutes: stepMs / MINUTE_MS, steps: this.leads.length };
    const nowcast = new Nowcast(problem, settings);
    const means = truths.map((truth, n) => (truth === undefined ? undefined : this.scoreFields(nowcast, n, truth)));
    if (this.members > 1) this.scoreMembers(nowcast, truths, means);
  }

  scores(): LeadScore[] {
    return this.leads.flatMap(({ fields, covered, ensemble }, n) => {
      if (fields.length === 0) return [];
      const mean = (method: Method): FieldScore => ({
        correlation: meanOf(fields.map(one => one[method].correlation)),
        csi: meanOf(fields.map(one => one[method].csi)),
      });
      const better = (of: keyof FieldScore): number => fields.filter(one => one.nowcast[of] > one.persistence[of]).length;
      const worse = (of: keyof FieldScore): number => fields.filter(one => one.nowcast[of] < one.persistence[of]).length;
      return {
        leadMinutes: ((n + 1) * this.sequence.stepMs) / MINUTE_MS,
        ...{ issues: fields.length, covered: meanOf(covered) },
        ...{ persistence: mean('persistence'), carried: mean('carried'), nowcast: mean('nowcast') },
        better: { correlation: better('correlation'), csi: better('csi') },
        worse: { correlation: worse('correlation'), csi: worse('csi') },
        ...(this.members > 1 && { ensemble: ensemble.score() }),
      };
    });
  }

  private scoreFields(nowcast: Nowcast, step: number, truth: Float32Array): Float32Array {
    const [mean, carried] = [nowcast.mean(step), nowcast.carried(step)];
    const last = nowcast.problem.mosaics.at(-1)!;
    const stays = last.map((rate, k) => (mean[k]! === mean[k]! && carried[k]! === carried[k]! ? rate : NaN));
    const seen = (rates: Float32Array): number =>
      rates.reduce((count, rate, k) => count + (rate === rate && truth[k] === truth[k] ? 1 : 0), 0);
    this.leads[step]!.covered.push(seen(stays) / seen(truth));
    const onSame = (rates: Float32Array): Float32Array => rates.map((rate, k) => (stays[k]! === stays[k]! ? rate : NaN));
    this.leads[step]!.fields.push({
      persistence: scoreField(stays, truth),
      carried: scoreField(onSame(carried), truth),
      nowcast: scoreField(onSame(mean), truth),
    });
    return mean;
  }

  private scoreMembers(
    nowcast: Nowcast,
    truths: readonly (Float32Array | undefined)[],
    means: readonly (Float32Array | undefined)[],
  ): void {
    const { rows, columns } = this.sequence;
    const places: number[] = [];
    for (let row = 0; row < rows; row += STRIDE)
      for (let column = 0; column < columns; column += STRIDE) places.push(row * columns + column);
    const kept = truths.map(() => new Float32Array(places.length * this.members));
    nowcast.members(this.members, this.options.seed ?? 1, (member, step, rates) => {
      for (const [i, k] of places.entries()) kept[step]![i * this.members + member] = rates[k]!;
    });
    for (const [n, truth] of truths.entries()) {
      for (const [i, k] of places.entries()) {
        const members = kept[n]!.subarray(i * this.members, (i + 1) * this.members);
        if (truth?.[k] === truth?.[k] && truth !== undefined && means[n]![k] === means[n]![k] && members.every(x => x === x)) {
          this.leads[n]!.ensemble.add(members, means[n]![k]!, truth[k]!);
        }
      }
    }
  }
}

function meanOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
