/** A dense layer as a file keeps it. */
export interface DenseLayer {
  readonly activation: 'tanh' | 'linear';
  /** [input × outputs + output], as a Keras kernel. */
  readonly kernel: readonly number[];
  readonly bias: readonly number[];
}

/** What a trained TensorFlow.js model computes, without TensorFlow.js: layers one after the other, and beside them one from inputs to outputs. */
export interface DenseNetwork {
  readonly layers: readonly DenseLayer[];
  readonly beside: DenseLayer;
}

/** Outputs `[output][sample]` of inputs `[input][sample]`. */
export function evaluateNetwork({ layers, beside }: DenseNetwork, inputs: readonly ArrayLike<number>[]): Float64Array[] {
  const values = inputs.map(each => Float64Array.from(each));
  const deep = layers.reduce(evaluateLayer, values);
  return evaluateLayer(values, beside).map((row, output) => row.map((value, k) => value + deep[output]![k]!));
}

function evaluateLayer(values: readonly Float64Array[], { kernel, bias, activation }: DenseLayer): Float64Array[] {
  return bias.map((constant, output) => {
    const sum = new Float64Array(values[0]!.length).fill(constant);
    values.forEach((value, input) => {
      const weight = kernel[input * bias.length + output]!;
      for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! + weight * value[k]!;
    });
    return activation === 'tanh' ? sum.map(Math.tanh) : sum;
  });
}

/** Inputs and outputs of each dense layer, the one beside them last: the order of a control. */
export interface NetworkSizes {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

export function layerSizes({ inputs, hidden, outputs }: NetworkSizes): (readonly [inputs: number, outputs: number])[] {
  const sizes = [inputs, ...hidden, outputs];
  return [...sizes.slice(1).map((size, l) => [sizes[l]!, size] as const), [inputs, outputs]];
}

export const weightsOf = (sizes: NetworkSizes): number =>
  layerSizes(sizes).reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);

/** The layers of a control: kernel then bias of each. */
export function networkOf(sizes: NetworkSizes, control: Float64Array): DenseNetwork {
  let at = 0;
  const take = (count: number): number[] => [...control.subarray(at, (at += count))];
  const layers = layerSizes(sizes).map(([inputs, outputs], l): DenseLayer => {
    const kernel = take(inputs * outputs);
    return { activation: l < sizes.hidden.length ? 'tanh' : 'linear', kernel, bias: take(outputs) };
  });
  return { layers: layers.slice(0, -1), beside: layers.at(-1)! };
}
