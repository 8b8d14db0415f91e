import { Fault } from '#errors';
import { VARIABLES, type VariableId } from '#hydrology';
import type { KernelLayout } from '#kernel';
import { rangedOf, type StandardDescriptor } from './descriptors.js';
import { correlatedMap, type SpatialCorrelation } from './maps/correlated-map.js';
import type { FieldMap, MapKind } from './maps/field-map.js';
import { linearMap } from './maps/linear-map.js';
import { powerMap } from './maps/power-map.js';
import type { MappedField, MappedGroup, Mapping } from './mapping.js';
import { networkMap, type NetworkModel } from './tensorflow/network-map.js';
import type { TensorFlow } from './tensorflow/open-tensorflow.js';

/** How the fields of a structure are found from the control. */
export interface MappingChoice {
  /** Of every parameter that `kinds` does not name; stores are uniform unless it names them. */
  readonly kind: MapKind;
  /** By id of a parameter or initial store. */
  readonly kinds?: Readonly<Record<string, MapKind>>;
  readonly descriptors: readonly StandardDescriptor[];
  /** Needed by `distributed`. */
  readonly correlation?: SpatialCorrelation;
  /** Needed by `ann`: one network gives all fields of that kind. */
  readonly network?: NetworkChoice;
  /** Whether the weights of a network inside the step are trained too. */
  readonly weights: boolean;
}

export interface NetworkChoice {
  readonly tensorflow: TensorFlow;
  readonly hidden: readonly number[];
  /** Of the random hidden weights. */
  readonly seed: number;
  /** For mappings made one after the other, as of the basins of each batch. */
  readonly model?: NetworkModel;
}

/** Parameters that are found from the forcing or from a map, not from the discharge. */
const NOT_CALIBRATED: readonly VariableId[] = ['ci', 'imperviousness'];
/** Initial stores that warm-up forgets too slowly to leave them at a guess. */
const CALIBRATED_STORES: readonly VariableId[] = ['hp', 'ht', 'hl', 'he', 'ha', 'hc'];

export const calibratedParameters = (layout: KernelLayout): VariableId[] => layout.parameters.filter(id => !NOT_CALIBRATED.includes(id));

/** @throws Fault COMMAND_INVALID for a kind without what it needs, or an id that the structure does not have. */
export function buildMapping(layout: KernelLayout, choice: MappingChoice): Mapping {
  const parameters = calibratedParameters(layout);
  const stores = layout.states.filter(id => CALIBRATED_STORES.includes(id));
  const unknown = Object.keys(choice.kinds ?? {}).find(id => ![...parameters, ...stores].includes(id as VariableId));
  if (unknown !== undefined) {
    const known = [...parameters, ...stores].join(', ');
    throw new Fault('COMMAND_INVALID', `${unknown} is not calibrated in ${layout.structure}; there is ${known}`, { parameter: unknown });
  }
  return {
    layout,
    parameters: groupsOf(parameters, choice.kind, { layout, choice }),
    stores: groupsOf(stores, 'uniform', { layout, choice }),
    weights: choice.weights && layout.network !== undefined,
  };
}

export const uniformChoice: MappingChoice = { kind: 'uniform', descriptors: [], weights: false };

interface Ground {
  readonly layout: KernelLayout;
  readonly choice: MappingChoice;
}

function groupsOf(ids: readonly VariableId[], kind: MapKind, ground: Ground): MappedGroup[] {
  const kindOf = (id: VariableId): MapKind => ground.choice.kinds?.[id] ?? kind;
  const field = (id: VariableId): MappedField => ({ id, range: { lower: VARIABLES[id].min, upper: VARIABLES[id].max } });
  const shared = ids.filter(id => kindOf(id) === 'ann').map(field);
  const single = ids
    .filter(id => kindOf(id) !== 'ann')
    .map((id): MappedGroup => ({ fields: [field(id)], map: mapOf(kindOf(id), 1, ground) }));
  return shared.length === 0 ? single : [...single, { fields: shared, map: mapOf('ann', shared.length, ground) }];
}

function mapOf(kind: MapKind, fields: number, { layout: { cellCount }, choice }: Ground): FieldMap {
  const { descriptors, correlation, network } = choice;
  if (kind === 'uniform') return linearMap(cellCount, []);
  if (kind === 'distributed') {
    if (!correlation) throw new Fault('INVARIANT', 'distributed fields need a spatial correlation');
    return correlatedMap(cellCount, correlation);
  }
  if (descriptors.length === 0) throw new Fault('COMMAND_INVALID', `the mapping ${kind} needs descriptors, and the domain has none`);
  if (kind === 'multilinear') return linearMap(cellCount, descriptors);
  if (kind === 'multipower') return powerMap(cellCount, descriptors.map(rangedOf));
  if (!network) throw new Fault('INVARIANT', 'a network of descriptors needs TensorFlow.js');
  const { tensorflow, ...choices } = network;
  return networkMap(tensorflow, { ...choices, descriptors, cellCount, fields });
}
