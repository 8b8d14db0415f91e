import { decodeMemory, encodeMemory, type ErrorMemory } from '#assimilation';
import { Fault } from '#errors';
import { buildForcing, describeSubstitution, type AdjustmentSummary, type Forcing, type Substitution } from '#forcing';
import { epochMs, timeGrid, toIso, type EpochMs } from '#hydrology';
import type { Kernel } from '#kernel';
import { forecastOfMember } from '#learning';
import { advance, follow, type Course } from './advance.js';
import { analyse, assimilated } from './analyse.js';
import { correctCycle } from './correct-cycle.js';
import type { BasinModel, CycleInputs } from './inputs.js';
import { findExceedances, findPeak, measureInputAges } from './products.js';
import type { CycleResult, Degradation, InputAge, MembersOfCycle } from './result.js';
import { memberInputs, rememberIssued } from './member-inputs.js';
import { hashState } from './state-hash.js';

/**
 * One forecast of one basin: forcing, background, analysis, forecast, correction, products. Pure: the same inputs give the
 * same bits, in operations, in a hindcast and when a cycle file is replayed.
 *
 * The window starts where the background ends and the analysed state is taken at the last time whose rain was fully known:
 * rain that had not arrived is substituted in the forecast and never enters the chain of states.
 */
export function computeCycle(inputs: CycleInputs, basin: BasinModel, kernel: Kernel): CycleResult {
  checkInputs(inputs, basin);
  const { issueTime, background, previous } = inputs;
  const forcing = forcingOf(inputs, basin);
  const course: Course = { basin, kernel, forcing };
  const known = epochMs(Math.max(forcing.knownUntil, previous.openLoop.validTime));
  const openLoop = follow(course, previous.openLoop.validTime, advance(course, previous.openLoop, known));
  const analysed = analyse(inputs, course, known);
  const analysis = follow(course, background.analysis.validTime, analysed.leg);
  const corrected = correctCycle(inputs, basin, { known, openLoop, analysis }, decodeMemory(previous.memory));
  checkFinite(inputs, analysed.leg.state.values);
  const members = runMembers(inputs, course, corrected);
  const hash = hashState(previous.hash, analysed.leg.state, corrected.hydrographs);
  const inputAges = measureInputAges(inputs.observed, basin.stations, forcing.newestRain, inputs.asOf);
  const degradations = [
    ...rainDegradations(forcing, inputs),
    ...petDegradations(inputs),
    ...gaugeDegradations(inputAges, basin),
    ...analysed.degradations,
  ];
  return {
    basin: inputs.basin,
    issueTime,
    asOf: inputs.asOf,
    outcome: degradations.some(({ code }) => !HARMLESS.has(code)) ? 'degraded' : 'complete',
    degradations,
    analysis: analysed.analysis,
    hydrographs: corrected.hydrographs,
    exceedances: basin.stations.flatMap((station, k) => findExceedances(station, corrected.hydrographs[k]!)),
    peaks: corrected.hydrographs.map(findPeak),
    inputAges,
    ...rainUsed(forcing, inputs.observed),
    massBalance: analysed.leg.run.massBalance,
    ...(members && { members: members.seen }),
    state: {
      issueTime,
      analysis: analysed.leg.state,
      openLoop: openLoop.known.state,
      controls: analysed.controls,
      memory: encodeMemory(members?.memory ?? corrected.memory),
      hash,
    },
    stateHash: hash,
  };
}

/** Members beside the physics see what the cycle knew and what it issued; nothing of the forecast depends on them. */
function runMembers(
  inputs: CycleInputs,
  { basin, forcing }: Course,
  { memory, hydrographs }: ReturnType<typeof correctCycle>,
): { readonly seen: MembersOfCycle; readonly memory: ErrorMemory } | undefined {
  if (basin.members === undefined) return undefined;
  const known = memberInputs({ inputs, basin, forcing, memory, hydrographs });
  const forecasts = basin.members.map(member => forecastOfMember(member, known));
  return { seen: { inputs: known, forecasts }, memory: rememberIssued(memory, hydrographs, inputs.issueTime) };
}

/** What is said but does not make a forecast a degraded one: every cycle substitutes rain to come, PET of a record errs little over a day, and a gate is a decision. */
const HARMLESS: ReadonlySet<Degradation['code']> = new Set([
  'RAIN_SUBSTITUTED',
  'PET_SUBSTITUTED',
  'ANALYSIS_GATED',
  'ANALYSIS_ITERATION_LIMIT',
]);
/** Rain usually comes within this time of its stamp: an hourly grid and its latency. */
const RAIN_LATE_MS = 75 * 60_000;
const GAUGE_LATE_MS = 3 * 3_600_000;

function checkInputs({ issueTime, background, previous }: CycleInputs, { basin }: BasinModel): void {
  const [from, before] = [background.analysis.validTime, previous.openLoop.validTime];
  if (from <= before && before <= issueTime) return;
  throw new Fault('BACKGROUND_MISSING', `the cycle of ${toIso(issueTime)} was given states in the wrong order`, {
    basin,
    background: toIso(from),
    previous: toIso(before),
  });
}

function checkFinite({ basin, issueTime }: CycleInputs, state: Float64Array): void {
  if (state.every(Number.isFinite)) return;
  throw new Fault('STATE_NOT_FINITE', `the analysed state of ${toIso(issueTime)} is not finite`, { basin });
}

function forcingOf(inputs: CycleInputs, basin: BasinModel): Forcing {
  const end = epochMs(inputs.issueTime + basin.leadMs);
  return buildForcing({
    time: timeGrid(inputs.background.analysis.validTime, end, basin.stepMs),
    issueTime: inputs.issueTime,
    asOf: inputs.asOf,
    rain: inputs.observed.rain,
    pet: inputs.observed.pet,
    expected: inputs.futureRain,
    ...basin.forcing,
  });
}

/** Of rain that has not fallen, only these are said: everything else is what the domain is set to. */
const SAID: ReadonlySet<Substitution['origin']> = new Set(['nowcast', 'blended', 'nwp']);

/** What is not measured; of rain that has not fallen, only what of it is expected, or why nothing is. */
function rainDegradations({ substitutions }: Forcing, { issueTime, asOf, observed, futureRain }: CycleInputs): Degradation[] {
  const because = 'because' in futureRain ? futureRain.because : undefined;
  const used = futureRain.kind === 'persistence' ? '; the last received rain, fading, is used' : '';
  const instead = because === undefined ? [] : [`${because}${used}`];
  return [
    ...substitutions
      .filter(({ reason, origin }) => reason !== 'future' || SAID.has(origin))
      .map((one): Degradation => ({ code: rainCode(one, issueTime), subject: 'rain', message: describeSubstitution(one) })),
    ...instead.map((message): Degradation => ({ code: 'RAIN_SUBSTITUTED', subject: 'rain', message })),
    ...adjustmentDegradations(observed, asOf),
  ];
}

/** Rain gauges that have gone silent; that they could not be compared in dry weather is as it should be. */
function adjustmentDegradations({ rainAdjustment }: CycleInputs['observed'], asOf: EpochMs): Degradation[] {
  if (rainAdjustment === undefined) return [];
  const { newestGauge, message } = rainAdjustment;
  if (newestGauge === null) return [{ code: 'RAIN_UNADJUSTED', subject: 'rain', message }];
  const ageMs = asOf - newestGauge;
  const late = `the newest value of the rain gauges is ${Math.round(ageMs / 60_000)} minutes old`;
  return [
    ...contradiction(rainAdjustment),
    ...(ageMs <= GAUGE_LATE_MS ? [] : [{ code: 'GAUGE_LATE' as const, subject: 'rain-gauges', message: late }]),
  ];
}

/** A factor beyond its bounds (`most`) is more than a bias of the radar: rain in another unit looks like this. */
function contradiction({ factor, low, high, gauges }: AdjustmentSummary): Degradation[] {
  const estimate = Math.sqrt(low * high);
  if (Math.abs(Math.log(estimate / factor)) < 1e-6) return [];
  const said = `${gauges} rain ${gauges === 1 ? 'gauge sees' : 'gauges see'} ${estimate.toPrecision(2)} times the rain of the radar; the factor stays at ${factor.toPrecision(2)}`;
  return [{ code: 'RAIN_IMPLAUSIBLE', subject: 'rain', message: `${said}: check the unit of the radar and of the gauges` }];
}

/** Basin means of the rain as the model took it, and how it was adjusted. */
const rainUsed = ({ time, mean }: Forcing, { rainAdjustment }: CycleInputs['observed']): Pick<CycleResult, 'rain' | 'rainAdjustment'> => ({
  rain: { time, mean },
  ...(rainAdjustment && { rainAdjustment }),
});

const petDegradations = ({ petBecause: message }: CycleInputs): Degradation[] =>
  message === undefined ? [] : [{ code: 'PET_SUBSTITUTED', subject: 'pet', message }];

function rainCode({ reason, from }: Substitution, issueTime: EpochMs): Degradation['code'] {
  if (reason === 'future') return 'RAIN_SUBSTITUTED';
  if (reason !== 'late') return 'RAIN_MISSING';
  return issueTime - from > RAIN_LATE_MS ? 'RAIN_LATE' : 'RAIN_SUBSTITUTED';
}

function gaugeDegradations(ages: readonly InputAge[], basin: BasinModel): Degradation[] {
  return basin.stations.filter(assimilated).flatMap(({ id }): Degradation[] => {
    const age = ages.find(({ input }) => input === id)?.ageMs ?? null;
    if (age === null) return [{ code: 'GAUGE_SILENT', subject: id, message: `${id} has sent nothing in the window that can be used` }];
    if (age <= GAUGE_LATE_MS) return [];
    return [
      { code: 'GAUGE_LATE', subject: id, message: `the newest value of ${id} that can be used is ${Math.round(age / 60_000)} minutes old` },
    ];
  });
}
