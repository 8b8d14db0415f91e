import { z } from 'zod';
import { HOUR_MS } from '#hydrology';
import { routingNames, structureNames } from '#kernel';
import { FLAG_SOURCES, RAIN_FLAG_SOURCES } from '#observation';
import { Duration } from './duration.js';
import { LiveSource, isForecastSource } from './live-sources.js';

/** 15min and the like where a key is left out. */
const duration = (otherwise: string) => Duration.prefault(otherwise);
const probability = z.number().min(0).max(1);
const relativePath = z
  .string()
  .min(1)
  .refine(path => !path.startsWith('/') && !path.includes('..'), 'must be a path inside the domain folder');

const Mesh = z.strictObject({
  flowDirection: relativePath,
  epsg: z.number().int().positive(),
  /** proj4 text of a code that Freshet does not know. */
  projection: z.string().optional(),
});

/** PET by Oudin, where there is no record of it: from record.temperature, or from the means of the months. */
const ComputedPet = z.strictObject({
  formula: z.literal('oudin'),
  /** January … December, °C. */
  monthlyTemperature: z.array(z.number().min(-60).max(60)).length(12, 'must be the mean temperatures of the 12 months, °C').optional(),
});

/**
 * Without `rain` the domain lives on its feeds alone: it can be forecast, not replayed, calibrated or verified. With rain but without `discharge` it
 * has no gauged station: it can be simulated.
 */
const Record = z.strictObject({
  rain: relativePath.optional(),
  pet: z.union([relativePath, ComputedPet], 'must be a path inside the domain folder, or { formula: oudin }'),
  discharge: relativePath.optional(),
  /** Of the rain gauges, for replays: a table of gauge, time, minutes, depth_mm. */
  rainGauges: relativePath.optional(),
  /** Air temperature; only structures with a snow slot read it. */
  temperature: relativePath.optional(),
});

const Model = z.strictObject({
  /** Absent: those of the parameter file. Present, the file must be made for them. */
  structure: z.enum(structureNames()).optional(),
  routing: z.enum(routingNames()).optional(),
  /** Reach of the kinematic wave: the cell's x size, as SMASH has it, or the true link with its diagonals. */
  reachLength: z.enum(['cell', 'link']).default('cell'),
  parameters: relativePath.default('parameters/multilinear.json'),
  /** Trained networks that forecast beside the model, by the name they are shown under; `freshet train-corrector` makes them. */
  members: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be small letters, digits and hyphens'), relativePath).default({}),
  /** Where a replay starts the spin-up of its states. */
  spinUpFrom: z.iso.datetime({ offset: true }).optional(),
});

const Source = z.strictObject({ id: z.string().min(1), latency: Duration, overlap: duration('3h') });

/** Checks of a station that are switched off, and limits that differ from those of its drained area; m³/s, m³/s an hour, m. */
const Quality = z.strictObject({
  off: z.array(z.enum(FLAG_SOURCES)).default([]),
  softMax: z.number().positive().optional(),
  hardMax: z.number().positive().optional(),
  risePerHour: z.number().positive().optional(),
  fallPerHour: z.number().positive().optional(),
  spikeMin: z.number().positive().optional(),
  volumeFactor: z.number().min(1).optional(),
  datumStep: z.number().positive().optional(),
  datumOffset: z.number().positive().optional(),
});

/** radar and gauges: how late the record reached its users, for replays. live: what operations ask and watch. */
const Sources = z.strictObject({
  ...{ radar: Source, gauges: Source, rainGauges: Source.prefault({ id: 'rain-gauges', latency: '20min' }) },
  live: z.array(LiveSource).default([]),
});

/** A rain gauge: its place by longitude and latitude or in the mesh's projection, the live source that has it and what that calls it. */
const RainGauge = z.strictObject({
  id: z.string().regex(/^[\w.:-]{1,40}$/, 'must be up to 40 letters, digits and . : _ -'),
  name: z.string().min(1).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  latitude: z.number().min(-90).max(90).optional(),
  x: z.number().optional(),
  y: z.number().optional(),
  source: z.string().optional(),
  code: z.string().min(1).optional(),
  /** Checks that are switched off, and limits that differ; mm an hour, mm. */
  quality: z
    .strictObject({
      off: z.array(z.enum(RAIN_FLAG_SOURCES)).default([]),
      softMax: z.number().positive().optional(),
      hardMax: z.number().positive().optional(),
      sameReading: Duration.optional(),
      blockedMm: z.number().positive().optional(),
      blockedWindow: Duration.optional(),
    })
    .prefault({}),
});

/** Mean-field adjustment of radar by the rain gauges; durations, mm, and standard deviations of log10. */
const Adjust = z.strictObject({
  by: z.literal('mean-field-bias'),
  step: duration('1h').refine(ms => ms >= HOUR_MS / 4 && ms <= 24 * HOUR_MS, 'must be from 15min to 24h'),
  window: duration('24h').refine(ms => ms >= HOUR_MS && ms <= 30 * 24 * HOUR_MS, 'must be from 1h to 30d'),
  minimumMm: z.number().positive().default(0.5),
  memory: duration('12h').refine(ms => ms > 0, 'must be above 0'),
  biasSd: z.number().positive().max(1).default(0.2),
  pairSd: z.number().positive().max(1).default(0.2),
  most: z.number().gt(1).max(10).default(4),
});

const Forcing = z.strictObject({
  /** What stands in for rain that has not come or not fallen, first rung first. */
  ladder: z
    .array(z.enum(['nowcast', 'nwp', 'persistence', 'zero']))
    .min(1)
    .default(['persistence', 'zero']),
  /** PET by Oudin from the temperature that a weather model expects; `record.pet` for days of which it says too little. */
  pet: z.strictObject({ formula: z.literal('oudin'), temperature: z.literal('nwp') }).optional(),
  /** Time over which the last received rain fades to nothing. */
  persistenceFade: duration('1h'),
  /** Rain that has not come after this long is given up: its substitute enters the chain of states. */
  giveUpAfter: duration('3h'),
  /** Absent: radar is used as it was measured. */
  adjust: Adjust.optional(),
});

const Forecast = z.strictObject({
  step: duration('15min'),
  lead: duration('24h'),
  cutOff: duration('4min'),
  lateAfter: duration('10min'),
});

const Assimilation = z.strictObject({
  window: duration('24h'),
  rainBlock: duration('6h'),
  maxIterations: z.number().int().min(1).max(200).default(15),
  holdOut: duration('2h'),
});

const Alerts = z.strictObject({
  raiseProbability: probability.default(0.5),
  clearProbability: probability.default(0.3),
  /** Successive cycles that must agree before an alert is raised or cleared. */
  cycles: z.number().int().min(1).default(2),
  /** The observed flow must fall this share below the threshold before an alert clears. */
  hysteresis: z.number().min(0).max(0.9).default(0.1),
  /** Forecasts that stop make their alerts stale after this. */
  expiry: duration('3h'),
  /** An alert does not clear before its level has not been reached for this long: a flood's second rise is the same flood. */
  quiet: duration('6h'),
  /** Ages from which an input is absent; `learned`: as soon as it is a quarter of an hour older than it usually gets, and from these at the latest. */
  absence: z
    .strictObject({ rain: duration('1h'), gauge: duration('2h'), cycle: duration('30min'), learned: z.boolean().default(false) })
    .prefault({}),
});

/** domain.yaml: every key that exists; an unknown one is an error. */
export const DomainYaml = z.strictObject({
  basin: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be small letters, digits and hyphens'),
  name: z.string().min(1),
  mesh: Mesh,
  stations: relativePath,
  thresholds: relativePath,
  descriptors: z.record(z.string(), relativePath).default({}),
  record: Record,
  /** Station: file of its rating curve, by which its stage becomes discharge. */
  ratings: z.record(z.string(), relativePath).default({}),
  /** Station: how its discharge is checked. */
  quality: z.record(z.string(), Quality).default({}),
  rainGauges: z.array(RainGauge).default([]),
  model: Model.prefault({}),
  sources: Sources,
  forcing: Forcing.prefault({}),
  forecast: Forecast.prefault({}),
  assimilation: Assimilation.prefault({}),
  alerts: Alerts.prefault({}),
});

/** domain.yaml with durations in ms and defaults filled in. */
export type DomainYaml = z.infer<typeof DomainYaml>;

/** The settings the rooms need: durations in ms. */
export type DomainSettings = Pick<DomainYaml, 'model' | 'sources' | 'quality' | 'forcing' | 'forecast' | 'assimilation' | 'alerts'>;

/**
 * Mistakes between keys, by key. Works on the raw file, section by section: one that does not parse says so elsewhere and does
 * not hide what is wrong in the others.
 */
export function checkBetweenKeys(raw: unknown): string[] {
  const sections = z.looseObject({}).catch({}).parse(raw);
  const [forcing, sources] = [Forcing.prefault({}).safeParse(sections['forcing']).data, Sources.safeParse(sections['sources']).data];
  const [forecast, assimilation, alerts] = [
    Forecast.prefault({}).safeParse(sections['forecast']).data,
    Assimilation.prefault({}).safeParse(sections['assimilation']).data,
    Alerts.prefault({}).safeParse(sections['alerts']).data,
  ];
  const checks: readonly (readonly [wrong: boolean | undefined, mistake: string])[] = [
    [forecast && forecast.lead % forecast.step !== 0, 'forecast.lead: must be a whole number of forecast.step'],
    [forecast && HOUR_MS % forecast.step !== 0, 'forecast.step: must divide one hour'],
    [
      assimilation && assimilation.window % assimilation.rainBlock !== 0,
      'assimilation.window: must be a whole number of assimilation.rainBlock',
    ],
    [assimilation && assimilation.holdOut >= assimilation.window, 'assimilation.holdOut: must be shorter than assimilation.window'],
    [
      forcing && sources && forcing.ladder.includes('nwp') && !sources.live.some(source => source.enabled && isForecastSource(source)),
      'forcing.ladder: asks for nwp, but no enabled source under sources.live is of kind nwp-folder; add one, or take nwp out of the ladder',
    ],
    [alerts && alerts.clearProbability > alerts.raiseProbability, 'alerts.clearProbability: must not be above alerts.raiseProbability'],
  ];
  return checks.flatMap(([wrong, mistake]) => (wrong === true ? [mistake] : []));
}
