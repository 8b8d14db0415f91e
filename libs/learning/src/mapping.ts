import type { KernelLayout } from '#kernel';
import type { StandardDescriptor } from './descriptors.js';
import { inverseSigmoid, sigmoid, sigmoidSlope, type Range } from './sigmoid.js';

/** A parameter or initial store that the control vector sets. */
export interface MappedField {
  readonly id: string;
  readonly range: Range;
}

/**
 * What the control vector means: for each parameter an intercept and one slope a descriptor (none: uniform), then one
 * value a store. All are unbounded; the sigmoid keeps the fields inside their ranges.
 */
export interface Mapping {
  readonly layout: KernelLayout;
  readonly parameters: readonly MappedField[];
  readonly stores: readonly MappedField[];
  readonly descriptors: readonly StandardDescriptor[];
}

/** Arrays of a run in the kernel's layout: [parameter × cell] and [state × cell]. */
export interface Fields {
  readonly parameters: Float64Array;
  readonly initialState: Float64Array;
}

export const controlSize = ({ parameters, stores, descriptors }: Mapping): number =>
  parameters.length * (1 + descriptors.length) + stores.length;

/** The control that makes uniform fields of the given values; slopes are zero. */
export function controlOf(mapping: Mapping, valueOf: (id: string) => number): Float64Array {
  const control = new Float64Array(controlSize(mapping));
  const stride = 1 + mapping.descriptors.length;
  mapping.parameters.forEach(({ id, range }, k) => (control[k * stride] = inverseSigmoid(valueOf(id), range)));
  mapping.stores.forEach(({ id, range }, k) => (control[storeOffset(mapping) + k] = inverseSigmoid(valueOf(id), range)));
  return control;
}

/** The fields of a control; what it does not set is as in `base`. */
export function fieldsOf(mapping: Mapping, control: Float64Array, base: Fields): Fields {
  const fields = { parameters: Float64Array.from(base.parameters), initialState: Float64Array.from(base.initialState) };
  const { cellCount } = mapping.layout;
  mapping.parameters.forEach(({ range }, k) => {
    const row = parameterRow(mapping, k);
    const z = predictor(mapping, control, k);
    for (let cell = 0; cell < cellCount; cell++) fields.parameters[row + cell] = sigmoid(z[cell]!, range);
  });
  mapping.stores.forEach(({ range }, k) => {
    const row = storeRow(mapping, k);
    fields.initialState.fill(sigmoid(control[storeOffset(mapping) + k]!, range), row, row + cellCount);
  });
  return fields;
}

/** The chain rule from the kernel's ∂J/∂θ and ∂J/∂(initial state) per cell to ∂J/∂control. */
export function controlGradient(mapping: Mapping, control: Float64Array, byCell: Fields): Float64Array {
  const gradient = new Float64Array(control.length);
  const stride = 1 + mapping.descriptors.length;
  mapping.parameters.forEach(({ range }, k) => {
    const row = parameterRow(mapping, k);
    predictor(mapping, control, k).forEach((z, cell) => {
      const byPredictor = byCell.parameters[row + cell]! * sigmoidSlope(z, range);
      gradient[k * stride] = gradient[k * stride]! + byPredictor;
      mapping.descriptors.forEach(({ values }, d) => {
        gradient[k * stride + 1 + d] = gradient[k * stride + 1 + d]! + byPredictor * values[cell]!;
      });
    });
  });
  mapping.stores.forEach(({ range }, k) => {
    const row = storeRow(mapping, k);
    const sum = byCell.initialState.subarray(row, row + mapping.layout.cellCount).reduce((a, b) => a + b, 0);
    gradient[storeOffset(mapping) + k] = sum * sigmoidSlope(control[storeOffset(mapping) + k]!, range);
  });
  return gradient;
}

/** x₀ + Σ xᵈ·Dᵈ of parameter `k` on each cell. */
function predictor({ descriptors, layout }: Mapping, control: Float64Array, k: number): Float64Array {
  const offset = k * (1 + descriptors.length);
  const z = new Float64Array(layout.cellCount).fill(control[offset]!);
  descriptors.forEach(({ values }, d) => {
    for (let cell = 0; cell < z.length; cell++) z[cell] = z[cell]! + control[offset + 1 + d]! * values[cell]!;
  });
  return z;
}

const storeOffset = ({ parameters, descriptors }: Mapping): number => parameters.length * (1 + descriptors.length);
const parameterRow = ({ layout, parameters }: Mapping, k: number): number =>
  layout.parameters.findIndex(id => id === parameters[k]!.id) * layout.cellCount;
const storeRow = ({ layout, stores }: Mapping, k: number): number => layout.states.findIndex(id => id === stores[k]!.id) * layout.cellCount;
