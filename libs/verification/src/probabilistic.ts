/** A forecast by quantiles: values[k] at levels[k], both ascending. */
export interface QuantileForecast {
  readonly levels: readonly number[];
  readonly values: readonly number[];
}

/**
 * Continuous ranked probability score from quantiles, in the unit of the values: twice the mean quantile (pinball) loss,
 * ∫ 2 (1{y<q_τ} − τ)(q_τ − y) dτ (Gneiting and Ranjan 2011), by the trapezoid rule with the outer quantiles held to 0 and 1.
 */
export function crpsOfQuantiles({ levels, values }: QuantileForecast, observed: number): number {
  const loss = (level: number, value: number): number => 2 * ((observed < value ? 1 : 0) - level) * (value - observed);
  const last = levels.length - 1;
  let sum = (levels[0]! * (loss(0, values[0]!) + loss(levels[0]!, values[0]!))) / 2;
  for (let k = 0; k < last; k++)
    sum += ((levels[k + 1]! - levels[k]!) * (loss(levels[k]!, values[k]!) + loss(levels[k + 1]!, values[k + 1]!))) / 2;
  return sum + ((1 - levels[last]!) * (loss(levels[last]!, values[last]!) + loss(1, values[last]!))) / 2;
}

/** Share of observations inside [low, high]; NaN without any. */
export function coverage(low: ArrayLike<number>, high: ArrayLike<number>, observed: ArrayLike<number>): number {
  let [inside, count] = [0, 0];
  for (let k = 0; k < observed.length; k++) {
    const [l, h, o] = [low[k]!, high[k]!, observed[k]!];
    if (!Number.isFinite(l) || !Number.isFinite(h) || !Number.isFinite(o)) continue;
    count++;
    if (o >= l && o <= h) inside++;
  }
  return count === 0 ? Number.NaN : inside / count;
}
