/** Two series of the same length; a pair counts when both values are finite. */
export interface Pairs {
  readonly simulated: ArrayLike<number>;
  readonly observed: ArrayLike<number>;
}

interface Moments {
  readonly count: number;
  readonly meanSimulated: number;
  readonly meanObserved: number;
  readonly varianceSimulated: number;
  readonly varianceObserved: number;
  readonly covariance: number;
  /** Mean of (simulated − observed)². */
  readonly squaredError: number;
  readonly absoluteError: number;
}

/** Nash–Sutcliffe efficiency, 1 − Σ(s−o)²/Σ(o−ō)² (Nash and Sutcliffe 1970); NaN without variance in the observations. */
export function nse(pairs: Pairs): number {
  const { squaredError, varianceObserved } = momentsOf(pairs);
  return varianceObserved > 0 ? 1 - squaredError / varianceObserved : NaN;
}

/** Kling–Gupta efficiency of correlation, ratio of deviations and ratio of means (Gupta et al. 2009, eq. 9). */
export function kge(pairs: Pairs): number {
  const m = momentsOf(pairs);
  const spread = Math.sqrt(m.varianceSimulated * m.varianceObserved);
  const correlation = m.covariance / spread;
  const deviations = Math.sqrt(m.varianceSimulated / m.varianceObserved);
  return 1 - Math.hypot(correlation - 1, deviations - 1, m.meanSimulated / m.meanObserved - 1);
}

/** Root mean square error, in the unit of the series. */
export const rmse = (pairs: Pairs): number => Math.sqrt(momentsOf(pairs).squaredError);

/** Mean absolute error, in the unit of the series. */
export const mae = (pairs: Pairs): number => momentsOf(pairs).absoluteError;

/** Mean error, simulated − observed. */
export function bias(pairs: Pairs): number {
  const { meanSimulated, meanObserved } = momentsOf(pairs);
  return meanSimulated - meanObserved;
}

/** Pearson's correlation. */
export function correlation(pairs: Pairs): number {
  const m = momentsOf(pairs);
  return m.covariance / Math.sqrt(m.varianceSimulated * m.varianceObserved);
}

/** Number of pairs that count. */
export const pairCount = (pairs: Pairs): number => momentsOf(pairs).count;

/** Centred sums in two passes: the expanded sums lose all digits on long series with a large mean. */
function momentsOf({ simulated, observed }: Pairs): Moments {
  const kept: number[] = [];
  for (let i = 0; i < observed.length; i++) if (Number.isFinite(observed[i]) && Number.isFinite(simulated[i])) kept.push(i);
  const count = kept.length;
  const average = (value: (i: number) => number): number => (count === 0 ? NaN : kept.reduce((sum, i) => sum + value(i), 0) / count);
  const meanSimulated = average(i => simulated[i]!);
  const meanObserved = average(i => observed[i]!);
  return {
    count,
    meanSimulated,
    meanObserved,
    varianceSimulated: average(i => (simulated[i]! - meanSimulated) ** 2),
    varianceObserved: average(i => (observed[i]! - meanObserved) ** 2),
    covariance: average(i => (simulated[i]! - meanSimulated) * (observed[i]! - meanObserved)),
    squaredError: average(i => (simulated[i]! - observed[i]!) ** 2),
    absoluteError: average(i => Math.abs(simulated[i]! - observed[i]!)),
  };
}
