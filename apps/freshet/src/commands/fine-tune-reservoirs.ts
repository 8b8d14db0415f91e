import type { LoadedDomain } from '#config';
import { calibrate, type Calibration, type CalibrationProgress, type WeightsFile } from '#learning';
import { nse } from '#verification';
import { LEARNING_METHODS } from './learning-methods.js';
import { PLAN_DEFAULTS, prepareCalibration } from './prepare-calibration.js';
import type { Period } from './record-inputs.js';

/** One fit of neural reservoirs to discharge. */
export interface FineTuning {
  readonly start: 'pretrained' | 'random';
  readonly seed: number;
  /** Cost after each iteration, background terms included. */
  readonly costs: readonly number[];
  /** Of the fitted period, by gauge. */
  readonly nse: Readonly<Record<string, number>>;
  readonly fitted: Calibration;
  readonly stepSeconds: number;
}

export interface FineTuningPlan {
  readonly domain: LoadedDomain;
  readonly period: Period;
  readonly gauges: string;
  readonly file: WeightsFile;
  readonly seed: number;
  readonly start: FineTuning['start'];
}

/** Fits uniform parameters and the weights by the adjoint, with the settings of `freshet bench learning`, from the file or from random weights. */
export async function fineTune({ domain, period, gauges, file, seed, start }: FineTuningPlan): Promise<FineTuning> {
  const { settings } = LEARNING_METHODS['neural-stores']!;
  const setup = await prepareCalibration(
    {
      ...{ ...PLAN_DEFAULTS, structure: file.structure, routing: 'kw', mapping: 'uniform', gauges, period, hidden: file.hidden },
      ...(start === 'pretrained' && { pretrained: file }),
      settings: { ...PLAN_DEFAULTS.settings, ...settings, seed },
    },
    domain,
  );
  const costs: number[] = [];
  const onProgress = ({ stage, cost }: CalibrationProgress): void => {
    if (stage === 'mapped') costs.push(cost);
  };
  const fitted = calibrate({ ...setup.problem, onProgress }, setup.kernel);
  const { count } = setup.time;
  const row = (values: Float64Array, k: number): Float64Array => values.subarray(k * count, (k + 1) * count);
  const scores = setup.gauges.map(({ id }, k) => {
    const score = nse({ simulated: row(fitted.discharge, k), observed: row(setup.observed, k) });
    return [id, Number(score.toFixed(4))] as const;
  });
  return { start, seed, costs, nse: Object.fromEntries(scores), fitted, stepSeconds: setup.kernel.layout.stepSeconds };
}
