import type { LoadedDomain } from '#config';
import { SECOND_MS, stampOf, timeGrid, type EpochMs, type TimeGrid } from '#hydrology';
import { interception, type KernelForcing, type KernelLayout, type NetworkLayout } from '#kernel';
import { correctionResponse, type Calibration, type LCurvePoint, type MappedParameters } from '#learning';
import { recordForcing, recordStart, type Period } from '../record-inputs.js';
import { openKernel } from '../run-options.js';
import { simulateInPieces, type Simulation } from '../simulate-in-pieces.js';

/** A network inside the step and what it did to the fluxes. */
export interface CorrectionAnatomy {
  readonly network: NetworkLayout;
  readonly weights: Float64Array;
  /** Mean f = tanh z of each output on each cell, `[output][cell]`: of what corrects rain over wet steps, weighted by net rain; of the rest over all steps. */
  readonly maps: readonly Float64Array[];
  /** Basin mean of each input, for surfaces that hold it. */
  readonly usual: readonly number[];
}

/** The inside of a fit on all gauges, run through the scored period. */
export interface FitAnatomy {
  readonly parameters: readonly { readonly id: string; readonly values: Float64Array }[];
  readonly mapped: MappedParameters;
  /** Basin means at the end of each step, relative to capacity. */
  readonly stores: readonly { readonly id: string; readonly mean: Float64Array }[];
  /** Water gained from outside by each step, mm over the basin. */
  readonly exchange: Float64Array;
  readonly time: TimeGrid;
  readonly correction?: CorrectionAnatomy;
  readonly priorWeight: number;
  readonly lCurve?: readonly LCurvePoint[];
}

/** Stores whose basin mean is worth a curve. */
const STORES = ['hp', 'ht'];

export function dissectFit(fitted: Calibration, domain: LoadedDomain, { from, to }: Period): FitAnatomy {
  const { layout } = fitted.mapping;
  const simulation = simulate(fitted, domain, to);
  const { time, states, fluxes } = simulation;
  const [first, cells] = [Math.round((from - time.start) / time.stepMs), layout.cellCount];
  const own = timeGrid(from, to, time.stepMs);
  const parameters = layout.parameters.map((id, k) => ({ id, values: fitted.fields.parameters.slice(k * cells, (k + 1) * cells) }));
  const stores = STORES.map(id => ({ id, at: layout.states.findIndex(each => each === id) }))
    .filter(({ at }) => at >= 0)
    .map(({ id, at }) => ({
      id,
      mean: Float64Array.from(states.slice(first), state => mean(state.subarray(at * cells, (at + 1) * cells))),
    }));
  const correction = correctionOf(fitted, simulation, recordForcing(domain.record, own));
  const { priorWeight, lCurve, coefficients } = fitted;
  return {
    ...{ parameters, stores, time: own, priorWeight, mapped: coefficients },
    exchange: Float64Array.from(fluxes.slice(first), ({ exchange }) => exchange),
    ...(correction && { correction }),
    ...(lCurve && { lCurve }),
  };
}

function simulate({ fields, mapping: { layout } }: Calibration, domain: LoadedDomain, until: EpochMs): Simulation {
  const { structure, routing, stepSeconds, network } = layout;
  const time = timeGrid(recordStart(domain.record), until, stepSeconds * SECOND_MS);
  const kernel = openKernel({
    domain,
    stations: domain.stations,
    stepSeconds,
    structure,
    routing,
    ...(network && { hidden: network.hidden }),
  });
  const simulation = simulateInPieces(time, { forcing: recordForcing(domain.record, time, layout.needsTemperature), ...fields }, kernel);
  kernel.close();
  return simulation;
}

/** A network that sees these inputs and corrects fluxes; of another structure nothing is drawn. */
const INPUTS = 'hp,ht,pn,en';
const isCorrection = ({ structure, network, states }: KernelLayout): boolean =>
  /_(mlp|ude)$/.test(structure) && network?.inputs.join() === INPUTS && states.includes('hi');

function correctionOf(
  { fields, mapping: { layout } }: Calibration,
  { states }: Simulation,
  forcing: KernelForcing,
): CorrectionAnatomy | undefined {
  const { network, cellCount } = layout;
  const { weights } = fields;
  if (!network || !weights || !isCorrection(layout)) return undefined;
  const maps = network.outputs.map(() => new Float64Array(cellCount));
  const shares = network.outputs.map(() => new Float64Array(cellCount));
  const sums = new Float64Array(network.inputs.length);
  const before = states.length - forcing.steps - 1;
  for (let step = 0; step < forcing.steps; step++) {
    const state = states[before + step] ?? fields.initialState;
    for (let cell = 0; cell < cellCount; cell++) {
      const inputs = inputsAt({ layout, fields, state, forcing }, step, cell);
      if (!inputs) continue;
      const answer = correctionResponse(network, weights, inputs);
      network.outputs.forEach((output, k) => {
        const share = ofRain(output) ? inputs[2] : 1;
        maps[k]![cell]! += share * answer[k]!;
        shares[k]![cell]! += share;
      });
      inputs.forEach((value, i) => (sums[i] = sums[i]! + value));
    }
  }
  return {
    ...{ network, weights },
    maps: maps.map((map, k) => map.map((sum, cell) => sum / (shares[k]![cell]! || 1))),
    usual: [...sums].map(sum => sum / (forcing.steps * cellCount)),
  };
}

const ofRain = (output: string): boolean => output === 'zps' || output === 'zp' || output === 'zc';

interface Moment {
  readonly layout: KernelLayout;
  readonly fields: Calibration['fields'];
  readonly state: Float64Array;
  readonly forcing: KernelForcing;
}

/** hp, ht at the start of a step, and pn, en after the interception; nothing where rain or PET is missing. */
function inputsAt({ layout, fields, state, forcing }: Moment, step: number, cell: number): [number, number, number, number] | undefined {
  const [rain, pet] = [forcing.rain[step * layout.cellCount + cell]!, forcing.pet[step * layout.cellCount + cell]!];
  if (!(rain >= 0) || !(pet >= 0)) return undefined;
  const store = (id: string): number => state[layout.states.findIndex(each => each === id) * layout.cellCount + cell]!;
  const ci = fields.parameters[layout.parameters.indexOf('ci') * layout.cellCount + cell]!;
  const { pn, en } = interception(rain, pet, store('hi'), ci);
  return [store('hp'), store('ht'), pn, en];
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Stamps of the steps, for a drawing. */
export const stampsOf = ({ time }: FitAnatomy): number[] => Array.from({ length: time.count }, (_, k) => stampOf(time, k));
