import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VARIABLES, type VariableId } from '#hydrology';
import { createKernel } from './create-kernel.js';
import { structureNames } from './generated-module.js';
import type { Kernel, RunRequest } from './kernel.js';
import { forestMesh } from './test-problem.js';

// Parameters and states anywhere within the bounds of the register, capacities as likely small as large, and weather that no basin has:
// nothing becomes NaN, stores stay within their bounds, discharge is not negative, and the water adds up.

const CELLS = 8;
const STEP_SECONDS = 900;
const DRY_STEPS = (60 * 86400) / STEP_SECONDS;
/** What float32 rounds a filling by may lie outside [0, 1]. */
const ROUNDING = { f64: 1e-12, f32: 2e-6 };
/** Of the water that moved. */
const BALANCE = { f64: 1e-6, f32: 1e-4 };
/** Half a unit in the last place: what a step rounds a full store by. */
const LAST_PLACE = { f64: 2 ** -53, f32: 2 ** -24 };
/**
 * mm; in a store that a step fills or empties, a network of large weights makes the step an expanding map, whose derivative over
 * thousands of steps is larger than any float. The run itself is held to its bounds for every capacity.
 */
const LEAST_CORRECTED_CAPACITY = 50;

type Spell = readonly [rain: number, pet: number, steps: number];
const spell: fc.Arbitrary<Spell> = fc.oneof(
  fc.tuple(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true }), fc.integer({ min: 1, max: 40 })),
  fc.tuple(fc.constant(300), fc.constant(0), fc.integer({ min: 1, max: 3 })),
  fc.tuple(fc.double({ min: 0.01, max: 20, noNaN: true }), fc.double({ min: 0, max: 0.3, noNaN: true }), fc.integer({ min: 1, max: 20 })),
  fc.tuple(fc.constantFrom(-99, NaN), fc.constant(0.1), fc.integer({ min: 1, max: 10 })),
  fc.constant<Spell>([0, 0.05, DRY_STEPS]),
);

/** °C of a spell, for structures with a snow slot. */
const air = fc.oneof(fc.double({ min: -30, max: 40, noNaN: true }), fc.constantFrom(-30, 0, 40, NaN));

/** Uniform over the bounds, and for what spans orders of magnitude over their logarithm as often. */
function within(id: VariableId): fc.Arbitrary<number> {
  const { min, max } = VARIABLES[id];
  const uniform = fc.double({ min, max, noNaN: true });
  if (VARIABLES[id].unit === 'm³/s') return fc.double({ min: 0, max: 300, noNaN: true });
  if (min <= 0 || max / min < 1e3) return uniform;
  return fc.oneof(uniform, fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp));
}

const fields = (ids: readonly VariableId[]): fc.Arbitrary<Float64Array> =>
  fc.tuple(...ids.map(id => fc.array(within(id), { minLength: CELLS, maxLength: CELLS }))).map(rows => Float64Array.from(rows.flat()));

/** What is drawn, short enough to be read in a report. */
interface Hardship {
  readonly weather: readonly (readonly [Spell, degrees: number])[];
  readonly parameters: Float64Array;
  readonly initialState: Float64Array;
  readonly weights: readonly number[];
}

function hardships({ layout }: Kernel): fc.Arbitrary<Hardship> {
  const count = layout.network?.weightCount ?? 0;
  return fc.record({
    weather: fc.array(fc.tuple(spell, air), { minLength: 1, maxLength: 6 }),
    parameters: fields(layout.parameters),
    initialState: fields(layout.states),
    weights: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: count, maxLength: count }),
  });
}

function requestOf({ weather, parameters, initialState, weights }: Hardship): RunRequest {
  const series = (of: (spell: Spell, degrees: number) => number) =>
    Float32Array.from(weather.flatMap(([part, degrees]) => Array<number>(part[2] * CELLS).fill(of(part, degrees))));
  const sky = { rain: series(([rain]) => rain), pet: series(([, pet]) => pet), temperature: series((_, degrees) => degrees) };
  return { forcing: { steps: sky.rain.length / CELLS, ...sky }, parameters, initialState, weights: Float64Array.from(weights) };
}

const isDepth = (id: VariableId) => VARIABLES[id].unit === 'mm';

/** mm of water that full stores hold, mean over the cells; a store in mm, which has no bound, counts by the most that is in it. */
function depthOfStores({ layout }: Kernel, { parameters, initialState }: RunRequest, finalState: Float64Array): number {
  const sum = (ids: readonly VariableId[], depthAt: (i: number) => number) =>
    ids.reduce((total, id, row) => {
      for (let cell = 0; isDepth(id) && cell < CELLS; cell++) total += depthAt(row * CELLS + cell);
      return total;
    }, 0);
  const states = sum(layout.states, i => Math.max(Math.abs(initialState[i]!), Math.abs(finalState[i]!)));
  return (sum(layout.parameters, i => Math.abs(parameters[i]!)) + states) / CELLS;
}

const withLargeStores = ({ layout }: Kernel, request: RunRequest): RunRequest => ({
  ...request,
  parameters: request.parameters.map((value, i) =>
    isDepth(layout.parameters[Math.floor(i / CELLS)]!) ? Math.max(LEAST_CORRECTED_CAPACITY, value) : value,
  ),
});

const kernelOf = (structure: string, precision: 'f64' | 'f32'): Kernel =>
  createKernel({
    ...{ structure, routing: 'kw', mesh: forestMesh(CELLS, 5), stationCells: [CELLS - 1], stepSeconds: STEP_SECONDS, precision },
  });

/** Of the sum of the discharge by parameters, states and weights. */
function gradientOf(kernel: Kernel, request: RunRequest): number[] {
  const { parameters, initialState, weights } = kernel.gradient(request, (discharge, adjoint) => {
    adjoint.fill(1);
    return discharge.reduce((a, b) => a + b, 0);
  });
  return [...parameters, ...initialState, ...weights];
}

/**
 * A store of hundredths of a millimetre that a step empties makes the step an expanding map, network or not. A derivative above this leaves adjoints on the
 * way that no float32 holds: infinite, and infinity times 0 is NaN. A double must hold it.
 */
const FLOAT32_CARRIES = 1e30;

/** Variants have slots put around the same soil: one of a kind says what they do. */
const SUBJECTS = structureNames().filter(name => ['gr4_sealed', 'ssn_gr4'].includes(name) || !/^ssn_|_sealed$/.test(name));

describe.each(SUBJECTS)('%s under hostile forcing', structure => {
  test.each(['f64', 'f32'] as const)('%s', precision => {
    const kernel = kernelOf(structure, precision);
    fc.assert(
      fc.property(hardships(kernel), hardship => {
        const request = requestOf(hardship);
        const { finalState, massBalance, everyCell } = kernel.run({ ...request, everyCell: true });
        expect(everyCell!.every(value => value >= -1e-6)).toBe(true); // false for NaN
        kernel.layout.states.forEach((id, i) => {
          const values = finalState.subarray(i * CELLS, (i + 1) * CELLS);
          expect(values.every(Number.isFinite)).toBe(true);
          if (VARIABLES[id].unit !== '-') return;
          expect({ id, least: Math.min(...values) >= -ROUNDING[precision] }).toEqual({ id, least: true });
          expect({ id, most: Math.max(...values) <= 1 + ROUNDING[precision] }).toEqual({ id, most: true });
        });
        const { rain, evaporation, exchange, runoff, storageChange } = massBalance;
        const moved = rain + evaporation + Math.abs(exchange) + runoff + Math.abs(storageChange) + 1;
        const rounded = LAST_PLACE[precision] * request.forcing.steps * depthOfStores(kernel, request, finalState);
        expect(Math.abs(rain + exchange - evaporation - runoff - storageChange)).toBeLessThan(BALANCE[precision] * moved + rounded);
        const asked = kernel.layout.network ? withLargeStores(kernel, request) : request;
        if (!gradientOf(kernel, asked).some(Number.isNaN)) return;
        const inDoubles = gradientOf(kernelOf(structure, 'f64'), asked);
        const tooLarge = precision === 'f32' && inDoubles.some(value => Math.abs(value) > FLOAT32_CARRIES);
        expect({ tooLarge, inDoubles }).toEqual({ tooLarge: true, inDoubles });
      }),
      { numRuns: kernel.layout.network || structure.endsWith('_sealed') ? 10 : 25, endOnFailure: true }, // shrinking windows of thousands of steps takes minutes
    );
  });
});
