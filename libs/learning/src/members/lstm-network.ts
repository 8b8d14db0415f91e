/** Weights of one LSTM layer and the dense layer after it, in Keras's order: gates input, forget, cell, output. */
export interface LstmNetwork {
  readonly units: number;
  /** [input × 4·units + gate·units + unit] */
  readonly kernel: readonly number[];
  /** [unit × 4·units + gate·units + unit] */
  readonly recurrent: readonly number[];
  /** [gate·units + unit] */
  readonly bias: readonly number[];
  /** [unit × outputs + output] */
  readonly outputKernel: readonly number[];
  /** [output] */
  readonly outputBias: readonly number[];
}

/**
 * What the trained TensorFlow.js model computes, without TensorFlow.js (Hochreiter and Schmidhuber 1997, with forget gates): outputs [hour × outputs + output]
 * of a sequence [hour × inputs + input].
 */
export function evaluateLstm(network: LstmNetwork, sequence: Float64Array): Float64Array {
  const { units, outputBias, outputKernel } = network;
  const inputs = network.kernel.length / (4 * units);
  const hours = sequence.length / inputs;
  const outputs = new Float64Array(hours * outputBias.length);
  let hidden = new Float64Array(units);
  let cell = new Float64Array(units);
  for (let hour = 0; hour < hours; hour++) {
    ({ hidden, cell } = stepLstm(network, sequence.subarray(hour * inputs, (hour + 1) * inputs), { hidden, cell }));
    outputBias.forEach((constant, output) => {
      let sum = constant;
      for (let u = 0; u < units; u++) sum += hidden[u]! * outputKernel[u * outputBias.length + output]!;
      outputs[hour * outputBias.length + output] = sum;
    });
  }
  return outputs;
}

interface LstmState {
  readonly hidden: Float64Array<ArrayBuffer>;
  readonly cell: Float64Array<ArrayBuffer>;
}

function stepLstm({ units, kernel, recurrent, bias }: LstmNetwork, input: Float64Array, before: LstmState): LstmState {
  const width = 4 * units;
  const gates = Float64Array.from(bias);
  input.forEach((value, i) => {
    if (value !== 0) for (let g = 0; g < width; g++) gates[g] = gates[g]! + value * kernel[i * width + g]!;
  });
  before.hidden.forEach((value, u) => {
    for (let g = 0; g < width; g++) gates[g] = gates[g]! + value * recurrent[u * width + g]!;
  });
  const [hidden, cell] = [new Float64Array(units), new Float64Array(units)];
  for (let u = 0; u < units; u++) {
    const [open, forget, output] = [sigmoid(gates[u]!), sigmoid(gates[units + u]!), sigmoid(gates[3 * units + u]!)];
    cell[u] = forget * before.cell[u]! + open * Math.tanh(gates[2 * units + u]!);
    hidden[u] = output * Math.tanh(cell[u]!);
  }
  return { hidden, cell };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
