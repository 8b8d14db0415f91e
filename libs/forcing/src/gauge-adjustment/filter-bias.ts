/** The bias as a random process: log10 of it is a first-order autoregression about 0. */
export interface BiasProcess {
  /** Correlation of one step with the next. */
  readonly correlation: number;
  /** Stationary standard deviation of log10 of the bias. */
  readonly sd: number;
}

/** Estimates of log10 of the bias, a value a step. */
export interface FilteredBias {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * The Kalman filter of log10 of the mean-field bias, as Smith & Krajewski (1991) and Chumchean, Seed & Sharma (2006) model it:
 * b(t) = r b(t − 1) + w, var w = (1 − r²) s²; what is observed at t is b(t) with an error. It begins at the stationary 0 ± s, goes
 * back there where nothing is observed, and a backward pass (Rauch, Tung & Striebel 1965) gives each step what later ones tell.
 * @param observed value and variance of the error of each step, null where nothing was
 */
export function filterBias(
  observed: readonly ({ readonly value: number; readonly variance: number } | null)[],
  { correlation, sd }: BiasProcess,
): FilteredBias {
  const count = observed.length;
  const stationary = sd ** 2;
  const [mean, variance] = [new Float64Array(count), new Float64Array(count)];
  const [foreseen, foreseenVariance] = [new Float64Array(count), new Float64Array(count)];
  let [last, lastVariance] = [0, stationary];
  for (let step = 0; step < count; step++) {
    foreseen[step] = correlation * last;
    foreseenVariance[step] = correlation ** 2 * lastVariance + (1 - correlation ** 2) * stationary;
    const one = observed[step] ?? null;
    const gain = one === null ? 0 : foreseenVariance[step]! / (foreseenVariance[step]! + one.variance);
    last = one === null ? foreseen[step]! : foreseen[step]! + gain * (one.value - foreseen[step]!);
    lastVariance = (1 - gain) * foreseenVariance[step]!;
    [mean[step], variance[step]] = [last, lastVariance];
  }
  for (let step = count - 2; step >= 0; step--) {
    const back = (correlation * variance[step]!) / foreseenVariance[step + 1]!;
    mean[step]! += back * (mean[step + 1]! - foreseen[step + 1]!);
    variance[step]! += back ** 2 * (variance[step + 1]! - foreseenVariance[step + 1]!);
  }
  return { mean, variance };
}
