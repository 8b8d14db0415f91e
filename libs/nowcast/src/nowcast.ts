import { advect } from './advect.js';
import type { Autoregression } from './autoregression.js';
import { addDoubled } from './cascade.js';
import type { VectorField } from './displacement.js';
import { Histogram, matchDistribution } from './distribution.js';
import { meanFields } from './mean-fields.js';
import { disturbWays } from './motion-errors.js';
import { NoiseSource, type MemberNoise } from './noise.js';
import { prepare, type Prepared } from './prepare.js';
import { raster, type Raster } from './raster.js';
import { DEFAULT_SETTINGS, type NowcastSettings } from './settings.js';
import { growthAfter, type Trend } from './trend.js';

export interface NowcastProblem {
  readonly rows: number;
  readonly columns: number;
  /** Rates, mm/h, one step apart, oldest first; two at least, the last three are used. NaN = not seen. */
  readonly mosaics: readonly Float32Array[];
  readonly cellKm: number;
  readonly stepMinutes: number;
  readonly steps: number;
}

/** What the nowcast found out about the rain. */
export interface NowcastReport {
  /** Mean motion, km/h toward the south and the east. */
  readonly southKmH: number;
  readonly eastKmH: number;
  readonly levels: readonly Autoregression[];
  readonly trend: Pick<Trend, 'kept' | 'growth'>;
}

export class Nowcast {
  readonly report: NowcastReport;
  private readonly prepared: Prepared;
  private readonly fields: readonly Float32Array[];
  private readonly histogram = new Histogram();
  private source: { readonly seed: number; readonly noise: NoiseSource } | undefined;

  /** @throws RangeError for fewer than two mosaics, one of another size, or a count that is not positive. */
  constructor(
    readonly problem: NowcastProblem,
    settings: Partial<NowcastSettings> = {},
  ) {
    checkProblem(problem);
    this.prepared = prepare(problem, { ...DEFAULT_SETTINGS, ...settings });
    this.fields = meanFields(this.prepared);
    this.report = reportOf(this.prepared);
  }

  /** Motion and ways back of each step, on the nodes of a lattice. */
  get ways(): readonly VectorField[] {
    return this.prepared.ways;
  }

  /** The last mosaic carried along, mm/h of step 0 … steps − 1: Lagrangian persistence. */
  carried(step: number): Float32Array {
    const { rows, columns, mosaics } = this.problem;
    return advect(raster(rows, columns, mosaics.at(-1)), this.prepared.ways[step]!).values;
  }

  /** The forecast without noise, mm/h of step 0 … steps − 1; NaN where the rain that comes was not seen. */
  mean(step: number): Float32Array {
    const { cascade, ways } = this.prepared;
    return this.rates(raster(cascade.rows, cascade.columns), step, ways[step]!);
  }

  /**
   * Members, one after the other: `visit(member, step, rates)` for each step, in mm/h. The array is overwritten by the next call. The same
   * seed gives the same members, however many there are.
   */
  members(count: number, seed: number, visit: (member: number, step: number, rates: Float32Array) => void): void {
    const { rows, columns } = this.problem;
    const into = raster(rows, columns);
    for (let member = 0; member < count; member++)
      this.member(member, seed, (step, field, way) => {
        visit(member, step, this.rates(field, step, way, into));
      });
  }

  private member(member: number, seed: number, visit: (step: number, field: Raster, way: VectorField) => void): void {
    const { levels, cascade, ways, problem, motion, settings } = this.prepared;
    const own = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(member + 1, 0x85ebca6b);
    const noise = this.noiseOf(seed).ofMember(own);
    const disturbed = disturbWays(ways, motion, problem, { spread: settings.motionSpread, seed: own ^ 0x27d4eb2f });
    let now = levels.map(({ rows, columns }) => raster(rows, columns));
    let previous = levels.map(({ rows, columns }) => raster(rows, columns));
    const field = raster(cascade.rows, cascade.columns);
    for (let step = 0; step < problem.steps; step++) {
      this.drive(noise, now, previous);
      [now, previous] = [previous, now];
      const [coarse, fine] = [cascade.sumAbove(now), now[0]!.values];
      if (coarse === null) field.values.set(fine);
      else addDoubled(coarse, fine, field.values);
      visit(step, field, disturbed[step]!);
    }
  }

  private drive(noise: MemberNoise, now: readonly Raster[], previous: readonly Raster[]): void {
    const { models, spreads } = this.prepared;
    for (const [j, model] of models.entries()) {
      noise.step(j, now[j]!, previous[j]!, [model.first, model.second, model.noise * spreads[j]!]);
    }
  }

  /** Noise (dB, on the raster of the cascade; the mean field is added in place) → rates where the ways bring them. */
  private rates(noise: Raster, step: number, way: VectorField, into = raster(this.problem.rows, this.problem.columns)): Float32Array {
    const { trend, settings, sorted } = this.prepared;
    this.histogram.clear();
    this.histogram.addAndCount(noise.values, this.fields[step]!);
    const growth = settings.trend ? growthAfter(trend, step + 1) : 1;
    return advect(noise, way, into, matchDistribution(this.histogram, sorted, growth)).values;
  }

  private noiseOf(seed: number): NoiseSource {
    if (this.source?.seed !== seed) {
      this.source = { seed, noise: new NoiseSource(this.prepared.cascade, this.prepared.filled.values, seed) };
    }
    return this.source.noise;
  }
}

function checkProblem({ rows, columns, mosaics, cellKm, stepMinutes, steps }: NowcastProblem): void {
  const counts = [rows, columns, steps].every(count => Number.isInteger(count) && count > 0) && rows > 1 && columns > 1;
  if (!counts || !(cellKm > 0) || !(stepMinutes > 0)) throw new RangeError('a nowcast needs a raster of cells, steps and their sizes');
  if (mosaics.length < 2) throw new RangeError(`a nowcast needs two mosaics at least; there is ${mosaics.length}`);
  const odd = mosaics.find(values => values.length !== rows * columns);
  if (odd !== undefined) throw new RangeError(`a mosaic has ${odd.length} cells, its raster ${rows} × ${columns}`);
}

function reportOf({ motion, models, trend, problem }: Prepared): NowcastReport {
  const perHour = (60 / problem.stepMinutes) * problem.cellKm;
  const mean = ({ values }: Raster): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    southKmH: mean(motion.down) * perHour,
    eastKmH: mean(motion.right) * perHour,
    levels: models,
    trend: { kept: trend.kept, growth: trend.growth },
  };
}
