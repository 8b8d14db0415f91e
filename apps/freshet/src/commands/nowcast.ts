import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseDuration } from '#config';
import { Fault } from '#errors';
import { MINUTE_MS, parseIso, toIso, type EpochMs } from '#hydrology';
import { DEFAULT_SETTINGS, Nowcast } from '#nowcast';
import { readCount } from './bench-runs.js';
import { readMosaics, type MosaicSequence } from './read-mosaics.js';
import { printJson } from './run-options.js';
import { EnsembleSums, scoreField, type EnsembleScore, type FieldScore } from './score-nowcast.js';

interface VerifyFlags {
  readonly mosaics: string;
  readonly step: string;
  readonly unit: string;
  readonly from?: string;
  readonly to?: string;
  readonly leads: string;
  readonly members: string;
  readonly seed: string;
  readonly motionSpread: string;
  readonly trend: boolean;
}

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
  readonly ensemble?: EnsembleScore;
}

/** `freshet nowcast verify`: nowcasts of a recorded sequence of mosaics, scored by lead beside persistence. */
export function nowcastCommand(program: Command): void {
  program
    .command('nowcast')
    .description('Rain carried along its motion, 0 to 3 h ahead')
    .command('verify')
    .description('Score nowcasts of recorded mosaics by lead time, beside rain that stays and rain that only moves')
    .requiredOption('--mosaics <folder>', 'files of gridded rain of one source, any known format')
    .option('--step <duration>', 'from one mosaic to the next', '15min')
    .option('--unit <mm>', 'mm of one unit of a GeoTIFF', '1')
    .option('--from <time>', 'first issue time')
    .option('--to <time>', 'last time that is looked at')
    .option('--leads <count>', 'steps ahead', '6')
    .option('--members <count>', 'members of the ensemble; 0 scores none', '0')
    .option('--seed <number>', 'of the members', '1')
    .option('--motion-spread <factor>', "size of the members' errors of motion", String(DEFAULT_SETTINGS.motionSpread))
    .option('--no-trend', 'without growth and decay')
    .option('--json', 'print JSON')
    .action(async (flags: VerifyFlags & { readonly json?: boolean }) => {
      const scores = await verify(flags);
      if (flags.json) printJson(scores);
      else for (const line of table(scores)) process.stdout.write(`${line}\n`);
    });
}

/** @throws Fault COMMAND_INVALID when no issue time has two mosaics before and one after it. */
async function verify(flags: VerifyFlags): Promise<LeadScore[]> {
  const stepMs = readStep(flags.step);
  const sequence = await readMosaics({ folder: resolve(flags.mosaics), stepMs, unitMm: Number(flags.unit) });
  const [from, to] = [flags.from === undefined ? -Infinity : parseIso(flags.from), flags.to === undefined ? Infinity : parseIso(flags.to)];
  const inside = { ...sequence, mosaics: sequence.mosaics.filter(mosaic => mosaic.to <= to) };
  const tally = new Tally(inside, flags);
  for (const { to: issue } of inside.mosaics) if (issue >= from) tally.add(issue);
  const scores = tally.scores();
  if (scores.length === 0) throw new Fault('COMMAND_INVALID', `${flags.mosaics} holds no three mosaics in a row and one after them`);
  return scores;
}

function readStep(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new Fault('COMMAND_INVALID', `--step ${text} is not a duration such as 15min or 1h`);
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
    private readonly flags: VerifyFlags,
  ) {
    this.at = new Map(sequence.mosaics.map(({ to, rates }) => [to, rates]));
    this.leads = Array.from({ length: readCount('--leads', flags.leads) }, () => ({
      fields: [],
      covered: [],
      ensemble: new EnsembleSums(),
    }));
    this.members = Number(flags.members);
  }

  add(issue: EpochMs): void {
    const { rows, columns, cellKm, stepMs } = this.sequence;
    const mosaics = [-2, -1, 0].flatMap(back => this.at.get(issue + back * stepMs) ?? []);
    const truths = this.leads.map((_, n) => this.at.get(issue + (n + 1) * stepMs));
    if (mosaics.length < 3 || truths.every(truth => truth === undefined)) return;
    process.stderr.write(`${toIso(issue)}\n`);
    const settings = { trend: this.flags.trend, motionSpread: Number(this.flags.motionSpread) };
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
      return {
        leadMinutes: ((n + 1) * this.sequence.stepMs) / MINUTE_MS,
        ...{ issues: fields.length, covered: meanOf(covered) },
        ...{ persistence: mean('persistence'), carried: mean('carried'), nowcast: mean('nowcast') },
        better: { correlation: better('correlation'), csi: better('csi') },
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
    nowcast.members(this.members, Number(this.flags.seed), (member, step, rates) => {
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

function table(scores: readonly LeadScore[]): string[] {
  const pair = ({ correlation, csi }: FieldScore): string => `${correlation.toFixed(3)} ${csi.toFixed(3)}`;
  return [
    'lead min | correlation and CSI of 1 mm/h: stays | moves | nowcast | issue times (better in correlation, CSI)',
    ...scores.map(
      ({ leadMinutes, persistence, carried, nowcast, issues, better, ensemble }) =>
        `${leadMinutes} | ${pair(persistence)} | ${pair(carried)} | ${pair(nowcast)} | ${issues} (${better.correlation}, ${better.csi})` +
        (ensemble === undefined
          ? ''
          : ` | CRPS ${ensemble.crps.toFixed(3)}, of the mean ${ensemble.crpsOfMean.toFixed(3)}; spread ${ensemble.spread.toFixed(2)}, error ${ensemble.error.toFixed(2)}`),
    ),
  ];
}
