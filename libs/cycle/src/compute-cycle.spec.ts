import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, stationId, type EpochMs, type PointSeries, type RainGrid } from '#hydrology';
import { computeCycle, decodeCycleState, encodeCycleState, spinUp, type CycleInputs, type CycleResult, type CycleState } from './index.js';
import { START, makeTestBasin, petFor, seenBy, simulateTruth, stormRain, type TestBasin, type TestCorrection } from './test-basin.js';

const HOURS = 140;
const hour = (k: number): EpochMs => epochMs(START + k * HOUR_MS);

interface Scene {
  readonly test: TestBasin;
  readonly rain: readonly RainGrid[];
  readonly observed: readonly PointSeries[];
}

/** The truth has 1.4 times the rain that the model is given. */
function twinScene(change = {}, correction?: TestCorrection): Scene {
  const test = makeTestBasin(change, correction);
  const pet = petFor(test.basin, HOURS + 24);
  return { test, rain: stormRain(test.basin, HOURS), observed: simulateTruth(test, stormRain(test.basin, HOURS, 1.4), pet) };
}

it('a spin-up sees what a new system has just received, however old it is, and nothing later', () => {
  const { test, rain } = twinScene();
  const { basin, kernel } = test;
  const to = hour(40);
  const started = epochMs(to + 2 * 60_000);
  const pet = petFor(basin, HOURS + 24);
  const stores = (received: EpochMs, asOf: EpochMs) => {
    const seen = rain.filter(({ validTime }) => validTime <= to).map(grid => ({ ...grid, receivedAt: received }));
    return spinUp({ from: START, to, asOf, rain: seen, pet }, basin, kernel).at(-1)!.analysis;
  };
  const dry = spinUp({ from: START, to, asOf: started, rain: [], pet }, basin, kernel).at(-1)!.analysis;
  expect(stores(started, to)).toEqual(dry);
  expect(stores(started, started).validTime).toBe(dry.validTime);
  expect(stores(started, started).values).not.toEqual(dry.values);
});

/** Hourly cycles from the 40th hour. */
function runCycles(
  { test, rain, observed }: Scene,
  last: number,
  change: (inputs: CycleInputs) => CycleInputs = inputs => inputs,
): CycleResult[] {
  const { basin, kernel } = test;
  const pet = petFor(basin, HOURS + 24);
  const first = hour(40);
  const states = new Map<EpochMs, CycleState>();
  for (const state of spinUp(
    { from: START, to: first, asOf: first, rain: rain.filter(({ validTime }) => validTime <= first), pet },
    basin,
    kernel,
  )) {
    states.set(state.issueTime, state);
  }
  let previous = [...states.values()].at(-1)!;
  const results: CycleResult[] = [];
  for (let k = 40; k <= last; k++) {
    const issueTime = hour(k);
    const inputs = change({
      basin: basin.basin,
      issueTime,
      asOf: issueTime,
      background: states.get(epochMs(issueTime - basin.assimilation.windowMs))!,
      previous,
      observed: { rain: rain.filter(({ validTime }) => validTime <= issueTime), discharge: seenBy(observed, issueTime), pet },
      futureRain: { kind: 'known', rain },
    });
    const result = computeCycle(inputs, basin, kernel);
    states.set(issueTime, (previous = result.state));
    results.push(result);
  }
  return results;
}

const errorAt = (result: CycleResult, observed: PointSeries, hours: number, of: 'q50' | 'openLoop' | 'analysis'): number => {
  const target = result.issueTime + hours * HOUR_MS;
  return Math.abs(result.hydrographs[0]![of][4 * hours - 1]! - observed.values[observed.times.indexOf(target)]!);
};

describe('computeCycle through a structure with a network inside its step', () => {
  const weights = (last: number): Float64Array => Float64Array.from({ length: 22 }, (_, k) => (k < 10 ? Math.sin(k) : last * Math.cos(k)));
  const scene = (last: number): Scene => twinScene({}, { structure: 'gr4_mlp', weights: weights(last) });

  it('computes with the weights of the basin: with a last layer of zeros the plain structure, bit by bit, else something else', () => {
    const plain = runCycles(twinScene(), 44).at(-1)!;
    expect(runCycles(scene(0), 44).at(-1)!.stateHash).toBe(plain.stateHash);
    expect(runCycles(scene(0.5), 44).at(-1)!.stateHash).not.toBe(plain.stateHash);
  });

  it('assimilates through them', () => {
    const priors = Array.from({ length: 3 }, () => ({ rain: 0.3, production: 0.2, transfer: 0.1, channel: 0.1 }));
    const corrected = twinScene({ priors }, { structure: 'gr4_mlp', weights: weights(0.5) });
    const late = runCycles(corrected, 66).slice(-4);
    const total = (of: 'q50' | 'openLoop'): number => late.reduce((sum, one) => sum + errorAt(one, corrected.observed[0]!, 1, of), 0);
    expect(total('q50')).toBeLessThan(0.4 * total('openLoop'));
  });
});

describe('computeCycle', () => {
  const scene = twinScene({ priors: Array.from({ length: 3 }, () => ({ rain: 0.3, production: 0.2, transfer: 0.1, channel: 0.1 })) });
  const results = runCycles(scene, 66);

  it('halves the error of a flood whose rain was measured too low', () => {
    const late = results.slice(-4);
    const total = (of: 'q50' | 'openLoop', hours: number): number =>
      late.reduce((sum, one) => sum + errorAt(one, scene.observed[0]!, hours, of), 0);
    expect(total('q50', 1)).toBeLessThan(0.3 * total('openLoop', 1));
    expect(total('q50', 4)).toBeLessThan(0.5 * total('openLoop', 4));
    expect(results.at(-1)!.analysis.outcome).toMatch(/accepted|iteration-limit/);
  });

  it('orders its quantiles, keeps them positive and gives 24 hours of them', () => {
    for (const { q05, q25, q50, q75, q95, time } of results.at(-1)!.hydrographs) {
      expect(time.count).toBe(96);
      for (let k = 0; k < 96; k++) {
        const ordered = [0, q05[k]!, q25[k]!, q50[k]!, q75[k]!, q95[k]!];
        expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
      }
    }
  });

  it('is the same to the bit for the same inputs, also after its states went through bytes', () => {
    const through = (state: CycleState): CycleState => decodeCycleState(encodeCycleState(state));
    const again = runCycles(scene, 45, inputs => ({
      ...inputs,
      background: through(inputs.background),
      previous: through(inputs.previous),
    }));
    expect(again.map(({ stateHash }) => stateHash)).toEqual(results.slice(0, again.length).map(({ stateHash }) => stateHash));
    expect(new Set(again.map(({ stateHash }) => stateHash)).size).toBe(again.length);
  });

  it('never sees an observation of later than its cut-off', () => {
    const blind = runCycles(scene, 50, inputs => ({ ...inputs, observed: { ...inputs.observed, discharge: scene.observed } }));
    expect(blind.map(({ stateHash }) => stateHash)).toEqual(results.slice(0, blind.length).map(({ stateHash }) => stateHash));
  });

  it('says how rain gauges adjusted the rain, and when they are silent, and computes the same', () => {
    const summary = { factor: 1, low: 0.5, high: 2, gauges: 0, gaugesHeard: 2, pairs: 0, newestPair: null, message: 'as measured' };
    const withGauges = (newestGauge: EpochMs | null) =>
      runCycles(scene, 41, inputs => ({ ...inputs, observed: { ...inputs.observed, rainAdjustment: { ...summary, newestGauge } } })).at(
        -1,
      )!;
    const fresh = withGauges(hour(40));
    expect(fresh.stateHash).toBe(results[1]!.stateHash);
    expect(fresh.rainAdjustment).toEqual({ ...summary, newestGauge: hour(40) });
    expect(fresh.degradations).toEqual(results[1]!.degradations);
    expect(fresh.inputAges).toContainEqual({ input: 'rain-gauges', newest: hour(40), ageMs: HOUR_MS });
    expect(withGauges(hour(37)).degradations).toContainEqual({
      ...{ code: 'GAUGE_LATE', subject: 'rain-gauges', message: 'the newest value of the rain gauges is 240 minutes old' },
    });
    expect(withGauges(hour(40)).degradations.map(({ code }) => code)).not.toContain('RAIN_IMPLAUSIBLE');
    const silent = withGauges(null);
    expect(silent.degradations).toContainEqual({ code: 'RAIN_UNADJUSTED', subject: 'rain', message: 'as measured' });
    expect(silent.outcome).toBe('degraded');
    expect('rainAdjustment' in results[1]!).toBe(false);
  });

  it('says when rain gauges contradict the radar by more than a bias', () => {
    const summary = {
      factor: 0.25,
      low: 0.08,
      high: 0.125,
      gauges: 5,
      gaugesHeard: 5,
      pairs: 40,
      newestPair: hour(40),
      message: 'adjusted',
    };
    const [said] = runCycles(scene, 41, inputs => ({
      ...inputs,
      observed: { ...inputs.observed, rainAdjustment: { ...summary, newestGauge: hour(40) } },
    })).slice(-1);
    const message =
      '5 rain gauges see 0.10 times the rain of the radar; the factor stays at 0.25: check the unit of the radar and of the gauges';
    expect(said!.degradations).toContainEqual({ code: 'RAIN_IMPLAUSIBLE', subject: 'rain', message });
    expect(said!.outcome).toBe('degraded');
  });

  it('says that PET is not what it was meant to be, which makes no forecast a degraded one', () => {
    const because = 'PET of 2014-11-04 is that of the record';
    const [said] = runCycles(scene, 40, inputs => ({ ...inputs, petBecause: because }));
    expect(said!.degradations).toContainEqual({ code: 'PET_SUBSTITUTED', subject: 'pet', message: because });
    expect([said!.outcome, said!.stateHash]).toEqual([results[0]!.outcome, results[0]!.stateHash]);
    expect(results[0]!.degradations.map(({ code }) => code)).not.toContain('PET_SUBSTITUTED');
  });

  it('keeps the free run free: it equals the run without any observation', () => {
    const alone = runCycles(scene, 50, inputs => ({ ...inputs, observed: { ...inputs.observed, discharge: [] } }));
    const last = alone.at(-1)!;
    expect([...last.hydrographs[0]!.openLoop]).toEqual([...results[alone.length - 1]!.hydrographs[0]!.openLoop]);
    expect([...last.hydrographs[0]!.analysis]).toEqual([...last.hydrographs[0]!.openLoop]);
    expect(last.degradations.map(({ code }) => code)).toContain('GAUGE_SILENT');
    expect(last.outcome).toBe('degraded');
  });

  it('makes nothing of values that are rejected, and says how old what it used was', () => {
    const flagged = (flag: number, after: number) => (inputs: CycleInputs) => ({
      ...inputs,
      observed: {
        ...inputs.observed,
        discharge: inputs.observed.discharge.map(one => ({ ...one, flags: Uint8Array.from(one.times, time => (time > after ? flag : 0)) })),
      },
    });
    const [rejected, trusted] = [flagged(6, 0), flagged(1, 0)].map(change => runCycles(scene, 50, change).at(-1)!);
    const alone = runCycles(scene, 50, inputs => ({ ...inputs, observed: { ...inputs.observed, discharge: [] } })).at(-1)!;
    expect(rejected!.stateHash).toBe(alone.stateHash);
    expect(rejected!.inputAges).toEqual(alone.inputAges);
    expect(trusted!.stateHash).toBe(results.find(({ issueTime }) => issueTime === trusted!.issueTime)!.stateHash);
    const stopped = runCycles(scene, 50, inputs => flagged(6, inputs.issueTime - 3 * HOUR_MS)(inputs)).at(-1)!;
    expect(stopped.inputAges.filter(({ input }) => input !== 'rain').every(({ ageMs }) => ageMs !== null && ageMs >= 3 * HOUR_MS)).toBe(
      true,
    );
  });

  it('takes the rain of a weather model as if it were known, and says whose it is', () => {
    const because = 'The newest run of the weather model is that of yesterday';
    const [first] = runCycles(scene, 40, inputs => ({ ...inputs, futureRain: { kind: 'nwp', rain: scene.rain, because } }));
    expect([...first!.hydrographs[0]!.openLoop]).toEqual([...results[0]!.hydrographs[0]!.openLoop]);
    const said = first!.degradations.filter(({ subject }) => subject === 'rain').map(({ code, message }) => [code, message]);
    expect(said).toContainEqual(['RAIN_SUBSTITUTED', because]);
    expect(said).toContainEqual(['RAIN_SUBSTITUTED', expect.stringContaining('has not fallen yet; the weather model is used')]);
  });

  it('ends its state where rain was known, and catches up when it comes', () => {
    const late = (k: number) => (inputs: CycleInputs) =>
      inputs.issueTime < hour(k)
        ? inputs
        : {
            ...inputs,
            observed: { ...inputs.observed, rain: inputs.observed.rain.filter(({ validTime }) => validTime <= inputs.issueTime - HOUR_MS) },
          };
    const results = runCycles(scene, 44, late(43));
    expect(results.map(({ state, issueTime }) => (issueTime - state.analysis.validTime) / HOUR_MS)).toEqual([0, 0, 0, 1, 1]);
    expect(results.at(-1)!.degradations.map(({ code }) => code)).toContain('RAIN_SUBSTITUTED');
  });

  it('gives an ungauged station no error of another gauge', () => {
    const withheld = { ...scene, test: withhold(scene.test, 'S1') };
    const { hydrographs } = runCycles(withheld, 50).at(-1)!;
    const one = hydrographs[1]!;
    one.q50.forEach((value, k) => {
      expect(value).toBeCloseTo((one.openLoop[k]! + one.analysis[k]!) / 2, 6);
    });
  });

  it('foretells at the outlet what an upstream gauge has seen, unless that gauge is withheld', () => {
    const links = [{ station: stationId('S0'), upstream: stationId('S1'), gain: 2, lagMs: HOUR_MS }];
    const linked = {
      ...scene,
      test: { ...scene.test, basin: { ...scene.test.basin, assimilation: { ...scene.test.basin.assimilation, links } } },
    };
    const wave = (inputs: CycleInputs): CycleInputs =>
      inputs.issueTime < hour(42)
        ? inputs
        : { ...inputs, observed: { ...inputs.observed, discharge: raiseLast(inputs.observed.discharge, 1, 3) } };
    const anHourLater = (of: Scene): number => runCycles(of, 42, wave).at(-1)!.hydrographs[0]!.q50[3]!;
    expect(anHourLater(linked) - anHourLater(scene)).toBeGreaterThan(0.8 * 2 * 3);
    const hash = (of: Scene): string => runCycles({ ...of, test: withhold(of.test, 'S1') }, 45).at(-1)!.stateHash;
    expect(hash(linked)).toBe(hash(scene));
  });

  it('refuses states of a later time', () => {
    const swap = (inputs: CycleInputs): CycleInputs => ({ ...inputs, background: inputs.previous, previous: inputs.background });
    expect(() => runCycles(scene, 40, swap)).toThrow(/wrong order/);
  });
});

/** The last value of one gauge raised, m³/s. */
const raiseLast = (series: readonly PointSeries[], gauge: number, by: number): PointSeries[] =>
  series.map((one, k) =>
    k === gauge ? { ...one, values: one.values.map((value, j) => (j === one.values.length - 1 ? value + by : value)) } : one,
  );

const withhold = (test: TestBasin, id: string): TestBasin => ({
  ...test,
  basin: { ...test.basin, stations: test.basin.stations.map(one => (one.id === id ? { ...one, assimilate: false } : one)) },
});

describe('decodeCycleState', () => {
  it('names what is wrong with bytes that are no state', () => {
    const state: CycleState = {
      issueTime: START,
      analysis: { validTime: START, values: new Float64Array([1, 2]) },
      openLoop: { validTime: START, values: new Float64Array([3, 4]) },
      controls: new Float64Array([5]),
      memory: new Uint8Array([1, 2, 3]),
      hash: 'abc',
    };
    const bytes = encodeCycleState(state);
    expect(decodeCycleState(bytes)).toEqual(state);
    expect(() => decodeCycleState(bytes.subarray(0, bytes.length - 2))).toThrow(/cut short/);
    expect(() => decodeCycleState(new Uint8Array(4))).toThrow(/does not begin/);
  });
});
