import type { AnalysisView, DegradationView, InputAgeView, RainAdjustmentView, RainBar } from '#contracts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, epochMs, parseIso, toIso, type EpochMs } from '#hydrology';
import { z } from 'zod';

/** The JSON columns of the ledger, as the forecast role wrote them. */
export interface CycleColumns {
  readonly degradations: unknown;
  readonly analysis: unknown;
  readonly input_ages: unknown;
  readonly rain: unknown;
  readonly rain_adjustment: unknown;
}

export interface CycleParts {
  readonly degradations: readonly DegradationView[];
  readonly analysis: AnalysisView | null;
  readonly inputAges: readonly InputAgeView[];
  readonly rainAdjustment: RainAdjustmentView | null;
  readonly rain: { readonly stepSeconds: number; readonly values: readonly RainBar[] };
}

const time = z.iso.datetime().transform(parseIso);
const number = z.number().nullable().catch(null);
const Degradations = z.array(z.object({ code: z.string(), subject: z.string(), message: z.string() })).catch([]);
const Analysis = z
  .object({ outcome: z.string(), reason: z.string().default(''), costBefore: number.default(null), costAfter: number.default(null) })
  .nullable()
  .catch(null);
const InputAges = z.array(z.object({ input: z.string(), newest: time.nullable(), ageMs: z.number().nullable() })).catch([]);
const Adjustment = z
  .object({
    ...{ factor: z.number(), low: z.number(), high: z.number(), gauges: z.number(), gaugesHeard: z.number(), pairs: z.number() },
    ...{ newestPair: z.string().nullable(), message: z.string() },
  })
  .nullable()
  .catch(null);
const Rain = z
  .object({ start: time, stepS: z.number().positive(), mean: z.array(z.number().nullable()) })
  .nullable()
  .catch(null);

/** Rain is shown from this long before the issue time. */
const RAIN_BEFORE_MS = 48 * HOUR_MS;

/** What the ledger says about a cycle besides its forecast; parts that are missing or of another version are empty. */
export function cycleDetails(row: CycleColumns, issueTime: EpochMs): CycleParts {
  const ages = InputAges.parse(row.input_ages);
  const newestRain = ages.find(age => age.input === 'rain')?.newest ?? issueTime;
  return {
    degradations: Degradations.parse(row.degradations),
    analysis: Analysis.parse(row.analysis ?? null),
    inputAges: ages.map(({ input, newest, ageMs }) => ({
      input,
      newest: newest === null ? null : toIso(newest),
      ageMinutes: ageMs === null ? null : ageMs / MINUTE_MS,
    })),
    rainAdjustment: Adjustment.parse(row.rain_adjustment ?? null),
    rain: rainBars(Rain.parse(row.rain ?? null), newestRain, issueTime),
  };
}

function rainBars(rain: z.infer<typeof Rain>, newestRain: number, issueTime: EpochMs): CycleParts['rain'] {
  if (rain === null) return { stepSeconds: 900, values: [] };
  const stepMs = rain.stepS * SECOND_MS;
  const bars = rain.mean.flatMap((rainMm, k): RainBar[] => {
    const validTime = rain.start + (k + 1) * stepMs;
    if (rainMm === null || validTime <= issueTime - RAIN_BEFORE_MS) return [];
    return [{ validTime: toIso(epochMs(validTime)), rainMm, origin: validTime <= newestRain ? 'observed' : 'future' }];
  });
  return { stepSeconds: rain.stepS, values: bars };
}
