import type { Mapping } from './mapping.js';
import type { ParameterFile } from './parameter-file.js';
import { sigmoid } from './sigmoid.js';

/** What a parameter file keeps of a control vector. */
export interface Coefficients extends Pick<ParameterFile, 'mapping' | 'descriptors' | 'parameters'> {
  readonly initialState: Readonly<Record<string, number>>;
}

/** Uniform parameters as values in their unit, mapped ones as intercept, slopes and bounds. */
export function coefficientsOf(mapping: Mapping, control: Float64Array): Coefficients {
  const stride = 1 + mapping.descriptors.length;
  const uniform = mapping.descriptors.length === 0;
  const parameters = mapping.parameters.map(({ id, range }, k) => {
    const intercept = control[k * stride]!;
    if (uniform) return { id, form: 'uniform' as const, value: sigmoid(intercept, range) };
    const slopes = [...control.subarray(k * stride + 1, (k + 1) * stride)];
    return { id, form: 'multilinear' as const, ...range, intercept, slopes };
  });
  const stores = mapping.stores.map(({ id, range }, k) => [id, sigmoid(control[mapping.parameters.length * stride + k]!, range)] as const);
  return {
    mapping: uniform ? 'uniform' : 'multilinear',
    descriptors: mapping.descriptors.map(({ name, mean, deviation }) => ({ name, mean, deviation })),
    parameters,
    initialState: Object.fromEntries(stores),
  };
}
