import type { GradientResult, KernelLayout } from '#kernel';
import type { FieldMap, PredictorCost } from './maps/field-map.js';
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
  const predictors = placedGroups(mapping).map(({ map, from, to }) => map.predictor(control.subarray(from, to)));
  return fieldsFrom(mapping, predictors, { control, base });
}

/** The fields of the predictors of every group. */
function fieldsFrom(
  mapping: Mapping,
  predictors: readonly Float64Array[],
  { control, base }: { control: Float64Array; base: Fields },
): Fields {
  const fields = { ...base, parameters: Float64Array.from(base.parameters), initialState: Float64Array.from(base.initialState) };
  const { cellCount } = mapping.layout;
  placedGroups(mapping).forEach(({ fields: mapped, rows, array }, g) => {
    mapped.forEach(({ range }, k) => {
      for (let cell = 0; cell < cellCount; cell++) fields[array][rows[k]! + cell] = sigmoid(predictors[g]![k * cellCount + cell]!, range);
    });
  });
  return mapping.weights ? { ...fields, weights: control.slice(weightsAt(mapping)) } : fields;
}

/** What a run costs, with the kernel's ∂J/∂θ, ∂J/∂(initial state) per cell and ∂J/∂weights. */
export type FieldSlopes = Pick<GradientResult, 'cost' | 'parameters' | 'initialState' | 'weights'>;

/**
 * A cost of the fields and ∂J/∂control by the chain rule. `evaluate` is called once: inside the differentiation of a map that is a TensorFlow.js model,
 * where the mapping has one, as an operation of its graph (`FieldMap.differentiate`).
 */
export function costGradient(
  mapping: Mapping,
  control: Float64Array,
  { base, evaluate }: { base: Fields; evaluate: (fields: Fields) => FieldSlopes },
): { readonly cost: number; readonly gradient: Float64Array } {
  const groups = placedGroups(mapping);
  const { cellCount } = mapping.layout;
  const gradient = new Float64Array(control.length);
  const own = ({ from, to }: PlacedGroup): Float64Array => control.subarray(from, to);
  const model = groups.findIndex(({ map }) => 'differentiate' in map);
  const predictors = groups.map((group, g) => (g === model ? new Float64Array() : group.map.predictor(own(group))));
  const run = (): FieldSlopes => evaluate(fieldsFrom(mapping, predictors, { control, base }));
  let slopes: FieldSlopes | undefined;
  if (model >= 0) {
    const group = groups[model]!;
    const through: PredictorCost = z => {
      predictors[model] = z;
      slopes = run();
      return { cost: slopes.cost, byPredictor: byPredictorOf(group, z, { slopes, cellCount }) };
    };
    gradient.set(group.map.differentiate!(own(group), through), group.from);
  }
  const found = slopes ?? run();
  groups.forEach((group, g) => {
    if (g === model) return;
    gradient.set(group.map.pullBack(own(group), byPredictorOf(group, predictors[g]!, { slopes: found, cellCount })), group.from);
  });
  if (mapping.weights) gradient.set(found.weights, weightsAt(mapping));
  return { cost: found.cost, gradient };
}

function byPredictorOf(
  { fields, rows, array }: PlacedGroup,
  z: Float64Array,
  { slopes, cellCount }: { slopes: FieldSlopes; cellCount: number },
): Float64Array {
  return z.map((value, i) => {
    const k = Math.floor(i / cellCount);
    return slopes[array][rows[k]! + (i % cellCount)]! * sigmoidSlope(value, fields[k]!.range);
  });
}

/** The chain rule from slopes by fields that are known already to ∂J/∂control. */
export function controlGradient(mapping: Mapping, control: Float64Array, byField: Omit<FieldSlopes, 'cost'>): Float64Array {
  const { parameters, initialState } = byField;
  return costGradient(mapping, control, { base: { parameters, initialState }, evaluate: () => ({ cost: 0, ...byField }) }).gradient;
}
