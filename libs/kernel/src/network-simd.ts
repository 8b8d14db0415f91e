import { layersOf, type NetworkMemory, type NetworkShape } from './network.js';

/** Lanes of a vector, and the units side by side for which there is room. */
const LANES = 4;
const WIDEST = 4;
/** Steps whose activations are kept until the weight gradients are summed over them (CHUNK of compiler/emit-wasm.ts). */
const SLOTS = 32;
/** Numbers before the sizes in the array of the shape (SHAPE of compiler/emit-network.ts). */
const SHAPE_HEAD = 4;
/** float32 elements of a pair of float64. */
const PAIR_ELEMENTS = 4;

/** Neurons come in pairs, in hidden layers in fours; those that fill up have zero weights. */
const even = (count: number): number => Math.ceil(count / 2) * 2;
const fours = (count: number): number => Math.ceil(count / 4) * 4;

/** Where the SIMD routines of compiler/emit-network.ts find and leave what belongs to a network. */
export function simdNetwork(shape: NetworkShape): NetworkMemory {
  const padded = { inputs: even(shape.inputs), hidden: shape.hidden.map(fours), outputs: even(shape.outputs) };
  const rows = padded.inputs + padded.outputs + 2 * padded.hidden.reduce((a, b) => a + b, 0);
  const places = weightPlaces(shape, padded);
  const accumulators = layersOf(padded).reduce((count, { inputs, outputs }) => count + (inputs + 1) * outputs, 0);
  const packedCount = layersOf(padded).reduce((count, { inputs, outputs }) => count + (inputs + 1) * outputs + (outputs + 1) * inputs, 0);
  return {
    shapeElements: SHAPE_HEAD + padded.hidden.length,
    weightElements: packedCount,
    adjointElements: PAIR_ELEMENTS * accumulators,
    scratchElements: (padded.inputs + padded.outputs + SLOTS * rows) * WIDEST * LANES,
    loadShape(memory, at) {
      memory.set([padded.hidden.length, padded.inputs, padded.outputs, rows, ...padded.hidden], at);
    },
    loadWeights(memory, at, weights) {
      memory.fill(0, at, at + packedCount);
      places.forEach(({ weight, transposed }, i) => {
        memory[at + weight] = weights[i]!;
        if (transposed !== undefined) memory[at + transposed] = weights[i]!;
      });
    },
    unloadGradient(memory, at) {
      const pairs = new Float64Array(memory.buffer, at * memory.BYTES_PER_ELEMENT, 2 * accumulators);
      return Float64Array.from(places, ({ sum }) => pairs[2 * sum]! + pairs[2 * sum + 1]!);
    },
  };
}

interface WeightPlace {
  /** Among the packed weights, in the matrix or the biases of its layer. */
  readonly weight: number;
  /** In the transposed matrix, which only the weights of matrices have. */
  readonly transposed?: number;
  /** Among the sums of the gradient. */
  readonly sum: number;
}

/** For each weight in order, where it lies. */
function weightPlaces(shape: NetworkShape, padded: NetworkShape): WeightPlace[] {
  const layers = layersOf(shape);
  const wide = layersOf(padded);
  const places: WeightPlace[] = [];
  let [start, sums] = [0, 0];
  layers.forEach(({ inputs, outputs }, l) => {
    const { inputs: columns, outputs: neurons } = wide[l]!;
    const isLast = l === layers.length - 1;
    const transpose = start + (columns + 1) * neurons;
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        places.push({
          weight: start + paired(output, input + 1, columns),
          transposed: transpose + paired(input, output + 1, neurons),
          sum: sums + (isLast ? tiled(input, output, neurons) : tiled(output, input, columns)),
        });
      }
    }
    for (let output = 0; output < outputs; output++)
      places.push({ weight: start + paired(output, 0, columns), sum: sums + columns * neurons + output });
    start = transpose + (neurons + 1) * columns;
    sums += (columns + 1) * neurons;
  });
  return places;
}

/** A matrix is pairs of neurons: of each pair both biases (column 0), then both weights of each input. */
const paired = (neuron: number, column: number, inputs: number): number =>
  Math.floor(neuron / 2) * 2 * (inputs + 1) + 2 * column + (neuron % 2);

/** Sums are tiles of four rows (of the side that is a hidden layer) by two. */
const tiled = (a: number, b: number, rowsB: number): number =>
  (Math.floor(a / 4) * (rowsB / 2) + Math.floor(b / 2)) * 8 + (a % 4) * 2 + (b % 2);
