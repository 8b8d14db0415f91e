import { Fault } from '#errors';
import { VARIABLES, type VariableId } from '#hydrology';
import type { KernelLayout } from '#kernel';
import { buildMapping, calibratedParameters, type MappingChoice } from '../build-mapping.js';
import { coefficientsOf, type Coefficients } from '../coefficients.js';
import { applyStandard, type DescriptorScale } from '../descriptors.js';
import { controlGradient, fieldsOf, type Fields, type Mapping } from '../mapping.js';
import type { MapKind } from '../maps/field-map.js';
import { priorOf, type ControlPrior, type Prior } from '../prior.js';
import { openNetwork } from '../tensorflow/network-map.js';
import type { TensorFlow } from '../tensorflow/open-tensorflow.js';
import type { BasinGround } from './training-ground.js';

/** One mapping for every basin: its control does not depend on the cells. Initial stores are not part of it. */
export interface SampleMapping {
  /** Of any basin; its number of cells does not count. */
  readonly layout: KernelLayout;
  readonly choice: Omit<MappingChoice, 'descriptors'>;
  /** What brings each descriptor to mean 0 and deviation 1 over the cells that are trained on. */
  readonly scales: readonly DescriptorScale[];
}

export interface SampleChoice {
  readonly layout: KernelLayout;
  readonly kind: MapKind;
  readonly scales: readonly DescriptorScale[];
  /** Needed by `ann`. */
  readonly network?: { readonly tensorflow: TensorFlow; readonly hidden: readonly number[]; readonly seed: number };
}

/** @throws Fault COMMAND_INVALID for a kind that is of one mesh, or one without the descriptors that it needs. */
export function sampleMapping({ layout, kind, scales, network }: SampleChoice): SampleMapping {
  if (kind === 'distributed')
    throw new Fault('COMMAND_INVALID', 'the mapping distributed is of one mesh; basins without a gauge get nothing from it');
  if (kind !== 'uniform' && scales.length === 0)
    throw new Fault('COMMAND_INVALID', `the mapping ${kind} needs descriptors, and the basins have none`);
  const sizes = network && { inputs: scales.length, hidden: network.hidden, outputs: calibratedParameters(layout).length };
  const opened = network && sizes && kind === 'ann' && { ...network, model: openNetwork(network.tensorflow, sizes) };
  return { layout, scales: kind === 'uniform' ? [] : scales, choice: { kind, weights: false, ...(opened && { network: opened }) } };
}

/** The cells of some basins, one basin after the other, as one field. */
export interface MappedBasins {
  readonly mapping: Mapping;
  fields(control: Float64Array): readonly Fields[];
  /** ∂J/∂control from ∂J/∂θ of each basin. */
  gradient(control: Float64Array, byBasin: readonly Float64Array[]): Float64Array;
}

export function mapBasins({ layout, choice, scales }: SampleMapping, basins: readonly BasinGround[]): MappedBasins {
  const cellCount = basins.reduce((sum, basin) => sum + basin.cellCount, 0);
  const descriptors = scales.map((scale, d) => applyStandard(scale, joined(basins.map(basin => basin.descriptors[d]!))));
  const mapping = { ...buildMapping({ ...layout, cellCount }, { ...choice, descriptors }), stores: [] };
  const rows = layout.parameters.length;
  const counts = basins.map(basin => basin.cellCount);
  const base: Fields = { parameters: sideBySide(basins.map(({ base: { parameters } }) => parameters), counts, rows), initialState: new Float64Array(0) }; // prettier-ignore
  return {
    mapping,
    fields: control => {
      const { parameters } = fieldsOf(mapping, control, base);
      return apart(parameters, counts, rows).map((own, k) => ({ ...basins[k]!.base, parameters: own }));
    },
    gradient: (control, byBasin) => {
      const parameters = sideBySide(byBasin, counts, rows);
      return controlGradient(mapping, control, { parameters, initialState: base.initialState, weights: base.initialState });
    },
  };
}

/** What is known of the control before any discharge is seen. */
export const samplePrior = (
  mapping: SampleMapping,
  known: { readonly priors: Readonly<Record<string, Prior>>; readonly seed: number },
): ControlPrior => priorOf(mapBasins(mapping, []).mapping, { ...known, valueOf: id => VARIABLES[id as VariableId].default });

/** What the parameter file of any basin keeps of a control. */
export const sampleCoefficients = (mapping: SampleMapping, control: Float64Array): Coefficients =>
  coefficientsOf(mapBasins(mapping, []).mapping, control, {
    ...mapping.choice,
    descriptors: mapping.scales.map(scale => applyStandard(scale, new Float64Array(0))),
  });

const joined = (parts: readonly Float64Array[]): Float64Array => Float64Array.from(parts.flatMap(part => [...part]));

/** [row × cell] of each basin → [row × all cells]. */
function sideBySide(parts: readonly Float64Array[], counts: readonly number[], rows: number): Float64Array {
  return joined(
    Array.from({ length: rows }, (_, row) => joined(parts.map((part, k) => part.subarray(row * counts[k]!, (row + 1) * counts[k]!)))),
  );
}

/** The way back. */
function apart(whole: Float64Array, counts: readonly number[], rows: number): Float64Array[] {
  const all = whole.length / rows;
  let from = 0;
  return counts.map(count => {
    const own = joined(Array.from({ length: rows }, (_, row) => whole.subarray(row * all + from, row * all + from + count)));
    from += count;
    return own;
  });
}
