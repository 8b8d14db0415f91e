/**
 * A neural network inside a step: dense layers, SiLU between them, the last one linear (what its outputs mean, and in which range,
 * is said by the formulas that take them). The same weights serve all cells.
 *
 * Weights are one array, layer by layer from the inputs: the matrix `[output × inputs + input]`, then the biases `[output]`.
 */
export interface NetworkShape {
  readonly inputs: number;
  /** Neurons of each hidden layer, one layer at least. */
  readonly hidden: readonly number[];
  readonly outputs: number;
}

export interface LayerShape {
  readonly inputs: number;
  readonly outputs: number;
}

export function layersOf({ inputs, hidden, outputs }: NetworkShape): LayerShape[] {
  const sizes = [inputs, ...hidden, outputs];
  return sizes.slice(1).map((size, i) => ({ inputs: sizes[i]!, outputs: size }));
}

export const weightCount = (shape: NetworkShape): number =>
  layersOf(shape).reduce((count, { inputs, outputs }) => count + (inputs + 1) * outputs, 0);

/** How a back end keeps a network in its memory; sizes are in elements of that memory. */
export interface NetworkMemory {
  readonly shapeElements: number;
  readonly weightElements: number;
  readonly adjointElements: number;
  readonly scratchElements: number;
  loadShape(memory: Float64Array | Float32Array, at: number): void;
  /** Weights, or a direction of them. */
  loadWeights(memory: Float64Array | Float32Array, at: number, weights: Float64Array): void;
  /** The gradient that the adjoint summed, in the order of the weights. */
  unloadGradient(memory: Float64Array | Float32Array, at: number): Float64Array;
}
