import type { GradientResult, KernelLayout } from '#kernel';
import type { FieldMap } from './maps/field-map.js';
import { sigmoid, sigmoidSlope, type Range } from './sigmoid.js';

/** A parameter or initial store that the control vector sets. */
export interface MappedField {
  readonly id: string;
  readonly range: Range;
}

/** Fields that one map sets together. */
export interface MappedGroup {
  readonly fields: readonly MappedField[];
  readonly map: FieldMap;
}

/**
 * What the control vector means: the controls of the groups one after the other, then the weights of the network inside the step,
 * if they are in the control. All components are unbounded; the sigmoid keeps the fields inside their ranges.
 */
export interface Mapping {
  readonly layout: KernelLayout;
  readonly parameters: readonly MappedGroup[];
  /** Initial stores. */
  readonly stores: readonly MappedGroup[];
  /** Whether the weights of `layout.network` are part of the control. */
  readonly weights: boolean;
}

/** Arrays of a run in the kernel's layout: [parameter × cell], [state × cell], and the weights of a network inside the step. */
export interface Fields {
  readonly parameters: Float64Array;
  readonly initialState: Float64Array;
  readonly weights?: Float64Array;
}

/** A group with its place in the control and in the arrays of a run. */
export interface PlacedGroup extends MappedGroup {
  readonly from: number;
  readonly to: number;
  readonly array: 'parameters' | 'initialState';
  /** Where each field starts in that array. */
  readonly rows: readonly number[];
}

export function placedGroups({ layout, parameters, stores }: Mapping): PlacedGroup[] {
  let from = 0;
  const place = (group: MappedGroup, array: PlacedGroup['array']): PlacedGroup => {
    const names: readonly string[] = array === 'parameters' ? layout.parameters : layout.states;
    const rows = group.fields.map(({ id }) => names.indexOf(id) * layout.cellCount);
    const placed = { ...group, array, rows, from, to: from + group.map.size };
    from = placed.to;
    return placed;
  };
  return [...parameters.map(group => place(group, 'parameters')), ...stores.map(group => place(group, 'initialState'))];
}

export const weightsAt = (mapping: Mapping): number =>
  [...mapping.parameters, ...mapping.stores].reduce((sum, { map }) => sum + map.size, 0);

export const controlSize = (mapping: Mapping): number =>
  weightsAt(mapping) + (mapping.weights ? (mapping.layout.network?.weightCount ?? 0) : 0);

/** The fields of a control; what it does not set is as in `base`. */
export function fieldsOf(mapping: Mapping, control: Float64Array, base: Fields): Fields {
  const fields = { ...base, parameters: Float64Array.from(base.parameters), initialState: Float64Array.from(base.initialState) };
  const { cellCount } = mapping.layout;
  for (const { fields: mapped, map, rows, array, from, to } of placedGroups(mapping)) {
    const z = map.predictor(control.subarray(from, to));
    mapped.forEach(({ range }, k) => {
      for (let cell = 0; cell < cellCount; cell++) fields[array][rows[k]! + cell] = sigmoid(z[k * cellCount + cell]!, range);
    });
  }
  return mapping.weights ? { ...fields, weights: control.slice(weightsAt(mapping)) } : fields;
}

/** The chain rule from the kernel's ∂J/∂θ, ∂J/∂(initial state) per cell and ∂J/∂weights to ∂J/∂control. */
export function controlGradient(
  mapping: Mapping,
  control: Float64Array,
  byField: Pick<GradientResult, 'parameters' | 'initialState' | 'weights'>,
): Float64Array {
  const gradient = new Float64Array(control.length);
  const { cellCount } = mapping.layout;
  for (const { fields, map, rows, array, from, to } of placedGroups(mapping)) {
    const own = control.subarray(from, to);
    const z = map.predictor(own);
    const byPredictor = z.map((value, i) => {
      const k = Math.floor(i / cellCount);
      return byField[array][rows[k]! + (i % cellCount)]! * sigmoidSlope(value, fields[k]!.range);
    });
    gradient.set(map.pullBack(own, byPredictor), from);
  }
  if (mapping.weights) gradient.set(byField.weights, weightsAt(mapping));
  return gradient;
}
