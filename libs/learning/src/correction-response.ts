import type { NetworkLayout } from '#kernel';

/**
 * What a network inside the step answers: f = tanh z of each output, between −1 and 1, for one set of inputs in the order of the layout. Dense layers with
 * SiLU between them; weights layer by layer, the matrix [output × inputs + input], then the biases.
 */
export function correctionResponse(
  { hidden, outputs }: NetworkLayout,
  weights: ArrayLike<number>,
  inputs: ArrayLike<number>,
): Float64Array {
  let values = Float64Array.from(inputs);
  let at = 0;
  [...hidden, outputs.length].forEach((size, layer) => {
    const before = values;
    const biases = at + size * before.length;
    values = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      let z = weights[biases + k]!;
      for (let i = 0; i < before.length; i++) z += weights[at + k * before.length + i]! * before[i]!;
      values[k] = layer < hidden.length ? z / (1 + Math.exp(-z)) : Math.tanh(z);
    }
    at = biases + size;
  });
  return values;
}
