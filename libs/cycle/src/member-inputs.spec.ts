import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, type EpochMs, type PointSeries, type RainGrid } from '#hydrology';
import { ERROR_LEADS_H, LEAD_HOURS, PAST_HOURS, type ForecastMember } from '#learning';
import { computeCycle, spinUp, type CycleResult, type CycleState } from './index.js';
import { START, makeTestBasin, petFor, seenBy, simulateTruth, stormRain } from './test-basin.js';

const HOURS = 110;
const FIRST = 56;
const hour = (k: number): EpochMs => epochMs(START + k * HOUR_MS);
const test = makeTestBasin();
const pet = petFor(test.basin, HOURS);
const RAIN = stormRain(test.basin, HOURS - 24);
const OBSERVED = simulateTruth(test, stormRain(test.basin, HOURS - 24, 1.4), pet);

/** Hidden layers that do nothing in particular; every channel and every bias counts. */
const member = (kind: 'corrector' | 'lstm'): ForecastMember => {
  const channels = kind === 'lstm' ? 10 : 31;
  const wave = (count: number): number[] => Array.from({ length: count }, (_, k) => Math.sin(3 * k + 1) / 4);
  const weights = { kernel: wave(channels * 8), recurrent: wave(16), bias: wave(8), outputKernel: wave(6), outputBias: wave(3) };
  const scales = test.basin.stations.map(({ id }) => ({ station: id, discharge: 1, rain: 1 }));
  return { name: kind, hash: kind, file: { kind, scales, weights, topology: { units: 2, outputs: 3, channels } } as never };
};

interface Seen {
  readonly rain?: readonly RainGrid[];
  readonly observed?: readonly PointSeries[];
  readonly members?: readonly ForecastMember[];
}

/** Hourly cycles through the rise of the flood, rain expected by persistence. */
function runCycles(count: number, { rain = RAIN, observed = OBSERVED, members }: Seen = {}): CycleResult[] {
  const basin = { ...test.basin, ...(members && { members }) };
  const states = new Map<EpochMs, CycleState>();
  for (const state of spinUp({ from: START, to: hour(FIRST), asOf: hour(FIRST), rain: RAIN, pet }, basin, test.kernel))
    states.set(state.issueTime, state);
  let previous = [...states.values()].at(-1)!;
  return Array.from({ length: count }, (_, k) => {
    const issueTime = hour(FIRST + k);
    const background = states.get(epochMs(issueTime - basin.assimilation.windowMs)) ?? [...states.values()][0]!;
    const seen = { rain, discharge: observed, pet };
    const inputs = {
      basin: basin.basin,
      issueTime,
      asOf: issueTime,
      background,
      previous,
      observed: seen,
      futureRain: { kind: 'persistence' } as const,
    };
    const result = computeCycle(inputs, basin, test.kernel);
    states.set(issueTime, (previous = result.state));
    return result;
  });
}

describe('members beside the physics', () => {
  const members = [member('corrector'), member('lstm')];
  const results = runCycles(8, { members });
  const last = results.at(-1)!;
  const forecastsOf = (cycles: readonly CycleResult[]) => cycles.map(one => one.members!.forecasts);

  it('change nothing of the forecast: the same states, hashes and hydrographs as without them', () => {
    const without = runCycles(8);
    expect(without.map(({ stateHash }) => stateHash)).toEqual(results.map(({ stateHash }) => stateHash));
    expect(without.at(-1)!.members).toBeUndefined();
    expect(last.exceedances).toEqual(without.at(-1)!.exceedances);
  });

  it('forecast every gauge by full hours', () => {
    expect(last.members!.forecasts.map(({ name, hour: from }) => [name, from])).toEqual([
      ['corrector', last.issueTime],
      ['lstm', last.issueTime],
    ]);
    for (const { stations } of last.members!.forecasts) {
      expect(stations.map(({ station }) => station)).toEqual(['S0', 'S1', 'S2']);
      expect(stations.every(({ discharge }) => discharge!.length === LEAD_HOURS && discharge!.every(value => value >= 0))).toBe(true);
    }
  });

  it('see nothing that comes after the issue time: neither observations nor rain', () => {
    const { issueTime } = last;
    const tripled = (series: PointSeries): PointSeries => ({
      ...series,
      values: series.values.map((q, k) => (series.times[k]! > issueTime ? 3 * q : q)),
    });
    const rain = RAIN.map(one => (one.validTime > issueTime ? { ...one, values: one.values.map(depth => 3 * depth) } : one));
    const blind = runCycles(8, { members, rain, observed: OBSERVED.map(tripled) });
    expect(forecastsOf(blind)).toEqual(forecastsOf(results));
    expect(blind.map(one => one.members!.inputs)).toEqual(results.map(one => one.members!.inputs));
  });

  it('see what comes at the issue time: the test above can fail', () => {
    const { issueTime } = last;
    const tripled = (series: PointSeries): PointSeries => ({
      ...series,
      values: series.values.map((q, k) => (series.times[k]! >= issueTime ? 3 * q : q)),
    });
    const rain = RAIN.map(one => (one.validTime >= issueTime ? { ...one, values: one.values.map(depth => 3 * depth) } : one));
    expect(forecastsOf(runCycles(8, { members, rain }).slice(-1))).not.toEqual(forecastsOf([last]));
    expect(forecastsOf(runCycles(8, { members, observed: OBSERVED.map(tripled) }).slice(-1))).not.toEqual(forecastsOf([last]));
  });

  it('see observations, the free run, what had been issued and the rain of their own catchment, each at its hour', () => {
    const { stations, hour: at } = last.members!.inputs;
    const [outlet] = stations;
    const [series] = seenBy(OBSERVED, last.issueTime);
    expect(outlet!.observed).toEqual([...series!.values.slice(-PAST_HOURS)]);
    expect(at).toBe(last.issueTime);
    expect(outlet!.free.every(Number.isFinite)).toBe(true);
    const before = results.at(-1 - ERROR_LEADS_H[1])!; // three hours ago
    expect(outlet!.issuedBefore[1]!.at(-1)).toBe(before.hydrographs[0]!.q50[4 * ERROR_LEADS_H[1] - 1]);
    expect(outlet!.issuedBefore[1]![0]).toBeNaN(); // issued before the first cycle
    expect(outlet!.issued[0]).toBe(last.hydrographs[0]!.q50[3]);
    expect(outlet!.rain[PAST_HOURS - 1]).toBeCloseTo(RAIN.find(({ validTime }) => validTime === last.issueTime)!.values[0]!, 4);
  });

  it('remember what was issued no longer than they look back', () => {
    const memory = (result: CycleResult) =>
      JSON.parse(new TextDecoder().decode(result.state.memory)) as { stations: { issued: number[][] }[] };
    for (const { issued } of memory(last).stations) {
      expect(issued.every(([validTime]) => validTime! > last.issueTime - PAST_HOURS * HOUR_MS)).toBe(true);
      expect(issued.length).toBeLessThanOrEqual(ERROR_LEADS_H.length * PAST_HOURS * 2);
    }
  });
});
