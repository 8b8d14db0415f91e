import type { MappingChoice } from './build-mapping.js';
import { networkOf as denseNetworkOf, type DenseLayer } from './dense-network.js';
import { exponentOf } from './maps/power-map.js';
import { placedGroups, weightsAt, type Mapping, type PlacedGroup } from './mapping.js';
import type { ParameterCoefficients, ParameterFile } from './parameter-file.js';
import { sigmoid } from './sigmoid.js';

/** What a parameter file keeps of a control vector. */
export interface Coefficients extends Pick<ParameterFile, 'mapping' | 'descriptors' | 'parameters' | 'network' | 'correction'> {
  readonly initialState: ParameterFile['initialState']['values'];
}

/** Uniform parameters as values in their unit, mapped ones as intercept, slopes and bounds, distributed ones by cell, networks as their layers. */
export function coefficientsOf(mapping: Mapping, control: Float64Array, choice: MappingChoice): Coefficients {
  const groups = placedGroups(mapping);
  const ofGroup = (group: PlacedGroup): ParameterCoefficients[] =>
    coefficientsOfGroup(group, control.subarray(group.from, group.to), mapping);
  const parameters = groups.filter(({ array }) => array === 'parameters').flatMap(ofGroup);
  const stores = groups.filter(({ array }) => array === 'initialState').flatMap(group => storeValues(group, control, mapping));
  const network = groups.find(({ map }) => map.kind === 'ann');
  const kinds = new Set(mapping.parameters.map(({ map }) => map.kind));
  return {
    mapping: kinds.size === 1 ? [...kinds][0]! : 'mixed',
    descriptors: [...kinds].every(kind => kind === 'uniform' || kind === 'distributed')
      ? []
      : choice.descriptors.map(({ name, mean, deviation, minimum, maximum }) => ({ name, mean, deviation, minimum, maximum })),
    parameters,
    ...(network && { network: networkOf(network, control, choice) }),
    ...(mapping.weights && {
      correction: { hidden: [...mapping.layout.network!.hidden], weights: [...control.subarray(weightsAt(mapping))] },
    }),
    initialState: Object.fromEntries(stores),
  };
}

function coefficientsOfGroup({ fields, map }: PlacedGroup, control: Float64Array, { layout }: Mapping): ParameterCoefficients[] {
  return fields.map(({ id, range }, k): ParameterCoefficients => {
    if (map.kind === 'uniform') return { id, form: 'uniform', value: sigmoid(control[0]!, range) };
    if (map.kind === 'ann') return { id, form: 'ann', ...range, output: k };
    if (map.kind === 'distributed') {
      const z = map.predictor(control).subarray(k * layout.cellCount, (k + 1) * layout.cellCount);
      return { id, form: 'cells', values: Array.from(z, value => sigmoid(value, range)) };
    }
    const intercept = control[0]!;
    if (map.kind === 'multilinear') return { id, form: 'multilinear', ...range, intercept, slopes: [...control.subarray(1)] };
    const pairs = Array.from(
      { length: (control.length - 1) / 2 },
      (_, d) => [control[1 + 2 * d]!, exponentOf(control[2 + 2 * d]!)] as const,
    );
    return { id, form: 'multipower', ...range, intercept, factors: pairs.map(([a]) => a), exponents: pairs.map(([, b]) => b) };
  });
}

/** One value of a uniform store, one a cell of any other: a start is of its mesh anyway. */
function storeValues({ fields, map, from, to }: PlacedGroup, control: Float64Array, { layout }: Mapping): [string, number | number[]][] {
  const z = map.predictor(control.subarray(from, to));
  return fields.map(({ id, range }, k) => {
    const values = Array.from(z.subarray(k * layout.cellCount, (k + 1) * layout.cellCount), value => sigmoid(value, range));
    return [id, map.kind === 'uniform' ? values[0]! : values];
  });
}

function networkOf(
  { fields, from, to }: PlacedGroup,
  control: Float64Array,
  { descriptors, network }: MappingChoice,
): ParameterFile['network'] {
  const sizes = { inputs: descriptors.length, hidden: network!.hidden, outputs: fields.length };
  const { layers, beside } = denseNetworkOf(sizes, control.subarray(from, to));
  const copy = (layer: DenseLayer) => ({ ...layer, kernel: [...layer.kernel], bias: [...layer.bias] });
  return { layers: layers.map(copy), beside: copy(beside) };
}
