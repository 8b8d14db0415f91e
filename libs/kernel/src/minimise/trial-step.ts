/** Cost and slope along the search direction at one step length. */
export interface Sample {
  readonly step: number;
  readonly cost: number;
  readonly slope: number;
}

/** The two ends of the interval of uncertainty; `best` has the lower cost. */
export interface Interval {
  readonly best: Sample;
  readonly other: Sample;
  readonly bracketed: boolean;
}

export interface TrialStep {
  readonly interval: Interval;
  readonly step: number;
}

const CONTRACTION = 0.66;

/**
 * The safeguarded next trial of Moré and Thuente (1994, section 4): cubic and quadratic (or secant) steps through the
 * best point and the new one, in four cases by where the minimiser must lie, and the interval that results.
 */
export function nextTrial(interval: Interval, trial: Sample, [least, most]: readonly [number, number]): TrialStep {
  const { best } = interval;
  const signChange = trial.slope * Math.sign(best.slope) < 0;
  const higher = trial.cost > best.cost;
  const bracketed = interval.bracketed || higher || signChange;
  const step = higher
    ? afterHigherCost(best, trial)
    : signChange
      ? afterSignChange(best, trial)
      : Math.abs(trial.slope) < Math.abs(best.slope)
        ? afterFlatterSlope(interval, trial, [least, most])
        : afterSteeperSlope(interval, trial, [least, most]);
  return { interval: { ...shrink(interval, trial, { higher, signChange }), bracketed }, step };
}

/** Case 1: the minimum is bracketed; the cubic step if nearer to the best point, else halfway to the quadratic one. */
function afterHigherCost(best: Sample, trial: Sample): number {
  const cubic = cubicStep(best, trial);
  const length = trial.step - best.step;
  const quadratic = best.step + (best.slope / ((best.cost - trial.cost) / length + best.slope) / 2) * length;
  return Math.abs(cubic - best.step) < Math.abs(quadratic - best.step) ? cubic : cubic + (quadratic - cubic) / 2;
}

/** Case 2: slopes of opposite sign bracket the minimum; the farther of the cubic and the secant step. */
function afterSignChange(best: Sample, trial: Sample): number {
  const cubic = cubicStep(trial, best);
  const secant = secantStep(best, trial);
  return Math.abs(cubic - trial.step) > Math.abs(secant - trial.step) ? cubic : secant;
}

/** Case 3: same sign, flatter; the cubic may tend to −∞ or have its minimum behind the trial: then go to the limit. */
function afterFlatterSlope({ best, other, bracketed }: Interval, trial: Sample, [least, most]: readonly [number, number]): number {
  const ahead = trial.step > best.step;
  const cubic = cubicAhead(best, trial) ?? (ahead ? most : least);
  const secant = secantStep(best, trial);
  const cubicNearer = Math.abs(cubic - trial.step) < Math.abs(secant - trial.step);
  if (!bracketed) return Math.min(most, Math.max(least, cubicNearer ? secant : cubic));
  const limit = trial.step + CONTRACTION * (other.step - trial.step);
  const step = cubicNearer ? cubic : secant;
  return ahead ? Math.min(limit, step) : Math.max(limit, step);
}

/** Case 4: same sign, not flatter; the cubic towards the other end, or the limit. */
function afterSteeperSlope({ best, other, bracketed }: Interval, trial: Sample, [least, most]: readonly [number, number]): number {
  if (bracketed) return cubicStep(trial, other);
  return trial.step > best.step ? most : least;
}

function shrink({ best, other }: Interval, trial: Sample, { higher, signChange }: { higher: boolean; signChange: boolean }) {
  if (higher) return { best, other: trial };
  return { best: trial, other: signChange ? best : other };
}

/** Minimiser of the cubic through both samples, measured from `from`. */
function cubicStep(from: Sample, to: Sample): number {
  const { theta, gamma } = cubicTerms(from, to);
  const root = to.step > from.step ? gamma : -gamma;
  const ratio = (root - from.slope + theta) / (root - from.slope + root + to.slope);
  return from.step + ratio * (to.step - from.step);
}

/** The cubic's minimiser beyond the trial, undefined when it has none there. */
function cubicAhead(best: Sample, trial: Sample): number | undefined {
  const { theta, gamma } = cubicTerms(best, trial);
  const root = trial.step > best.step ? -gamma : gamma;
  const ratio = (root - trial.slope + theta) / (root + (best.slope - trial.slope) + root);
  return ratio < 0 && root !== 0 ? trial.step + ratio * (best.step - trial.step) : undefined;
}

function cubicTerms(a: Sample, b: Sample): { theta: number; gamma: number } {
  const theta = (3 * (a.cost - b.cost)) / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const gamma = scale * Math.sqrt(Math.max(0, (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale)));
  return { theta, gamma };
}

const secantStep = (best: Sample, trial: Sample): number =>
  trial.step + (trial.slope / (trial.slope - best.slope)) * (best.step - trial.step);
