/** How one level of a step is put together: nowcast·x + model·y, and the noise times `noise`. */
export interface LevelWeights {
  readonly nowcast: number;
  readonly model: number;
  /** Variance that neither explains, in units of the level's variance. */
  readonly unexplained: number;
}

/**
 * Weights of two predictors of a standardised level by least squares: `skill` are their correlations with the truth, `between` the
 * one with each other (Bowler 2006, section 4; Pulkkinen 2019). Without a model the nowcast weighs its skill. A weight that would be negative is
 * 0, and the other predictor stands alone.
 */
export function blendWeights(skill: { readonly nowcast: number; readonly model: number }, between: number): LevelWeights {
  const rho = Math.min(0.99, Math.max(0, Number.isFinite(between) ? between : 0));
  const { nowcast: a, model: b } = skill;
  let nowcast = (a - rho * b) / (1 - rho * rho);
  let model = (b - rho * a) / (1 - rho * rho);
  if (model <= 0) [nowcast, model] = [a, 0];
  else if (nowcast <= 0) [nowcast, model] = [0, b];
  return { nowcast, model, unexplained: Math.max(0, 1 - nowcast * a - model * b) };
}
