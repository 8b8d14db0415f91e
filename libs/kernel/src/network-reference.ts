import { layersOf, type LayerShape, type NetworkMemory, type NetworkShape, weightCount } from './network.js';

/** The network of the float64 back end: plain loops over one array `m`; every argument is an index into it. */
export interface ReferenceNetwork extends NetworkMemory {
  /** Inputs at `at` → outputs after them. */
  forward(m: Float64Array, weights: number, at: number): void;
  /**
   * At `at`: inputs, outputs, adjoints of the inputs, adjoints of the outputs. The last give the ones before them, and the adjoints
   * of the weights are added to those at `weightAdjoint`.
   */
  adjoint(m: Float64Array, weights: number, at: number, weightAdjoint: number): void;
  /** At `at`: inputs, outputs, directions of the inputs, directions of the outputs. The first and third give the others. */
  tangent(m: Float64Array, weights: number, at: number, weightDirection: number): void;
}

export function referenceNetwork(shape: NetworkShape): ReferenceNetwork {
  const layers = layersOf(shape);
  const count = weightCount(shape);
  const { inputs, outputs } = shape;
  const sums = layers.map(layer => new Float64Array(layer.outputs));
  const values = layers.map(layer => new Float64Array(layer.inputs));
  const derivatives = [...layers.map(layer => new Float64Array(layer.inputs)), new Float64Array(outputs)];
  const forward = (m: Float64Array, weights: number, at: number): void => {
    let w = weights;
    values[0]!.set(m.subarray(at, at + inputs));
    layers.forEach((layer, l) => {
      dense(m, { w, layer, x: values[l]!, sums: sums[l]! });
      if (l + 1 < layers.length) sums[l]!.forEach((z, i) => (values[l + 1]![i] = z * sigmoid(z)));
      w += (layer.inputs + 1) * layer.outputs;
    });
    m.set(sums[layers.length - 1]!, at + inputs);
  };
  return {
    shapeElements: 0,
    weightElements: count,
    adjointElements: count,
    scratchElements: 2 * (inputs + outputs),
    loadShape: () => undefined,
    loadWeights(memory, at, weights) {
      memory.set(weights, at);
    },
    unloadGradient: (memory, at) => Float64Array.from(memory.subarray(at, at + count)),
    forward,
    adjoint(m, weights, at, weightAdjoint) {
      forward(m, weights, at);
      const last = at + 2 * inputs + outputs;
      derivatives[layers.length]!.set(m.subarray(last, last + outputs));
      let offset = count;
      for (let l = layers.length - 1; l >= 0; l--) {
        const layer = layers[l]!;
        offset -= (layer.inputs + 1) * layer.outputs;
        if (l + 1 < layers.length) sums[l]!.forEach((z, i) => (derivatives[l + 1]![i]! *= siluSlope(z)));
        pullBack(m, {
          w: weights + offset,
          gradient: weightAdjoint + offset,
          layer,
          x: values[l]!,
          dz: derivatives[l + 1]!,
          dx: derivatives[l]!,
        });
      }
      m.set(derivatives[0]!, at + inputs + outputs);
    },
    tangent(m, weights, at, weightDirection) {
      forward(m, weights, at);
      derivatives[0]!.set(m.subarray(at + inputs + outputs, at + 2 * inputs + outputs));
      let offset = 0;
      layers.forEach((layer, l) => {
        const [dx, dz] = [derivatives[l]!, derivatives[l + 1]!];
        pushForward(m, { w: weights + offset, direction: weightDirection + offset, layer, x: values[l]!, dx, dz });
        if (l + 1 < layers.length) sums[l]!.forEach((z, i) => (dz[i]! *= siluSlope(z)));
        offset += (layer.inputs + 1) * layer.outputs;
      });
      m.set(derivatives[layers.length]!, at + 2 * inputs + outputs);
    },
  };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** d(z·σ(z))/dz = σ(1 + z(1 − σ)). */
function siluSlope(z: number): number {
  const share = sigmoid(z);
  return share * (1 + z * (1 - share));
}

interface Dense {
  /** Where the matrix begins; the biases follow it. */
  readonly w: number;
  readonly layer: LayerShape;
  readonly x: Float64Array;
}

/** sums = W x + b. */
function dense(m: Float64Array, { w, layer, x, sums }: Dense & { readonly sums: Float64Array }): void {
  const { inputs, outputs } = layer;
  for (let o = 0; o < outputs; o++) {
    let sum = m[w + inputs * outputs + o]!;
    for (let i = 0; i < inputs; i++) sum += m[w + o * inputs + i]! * x[i]!;
    sums[o] = sum;
  }
}

interface DenseAdjoint extends Dense {
  readonly gradient: number;
  readonly dz: Float64Array;
  readonly dx: Float64Array;
}

/** dx = Wᵀ dz; gradient += dz ⊗ x, and dz for the biases. */
function pullBack(m: Float64Array, { w, gradient, layer, x, dz, dx }: DenseAdjoint): void {
  const { inputs, outputs } = layer;
  dx.fill(0);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      dx[i]! += m[w + o * inputs + i]! * dz[o]!;
      m[gradient + o * inputs + i]! += dz[o]! * x[i]!;
    }
    m[gradient + inputs * outputs + o]! += dz[o]!;
  }
}

interface DenseTangent extends Dense {
  readonly direction: number;
  readonly dx: Float64Array;
  readonly dz: Float64Array;
}

/** dz = W dx + W' x + b'. */
function pushForward(m: Float64Array, { w, direction, layer, x, dx, dz }: DenseTangent): void {
  const { inputs, outputs } = layer;
  for (let o = 0; o < outputs; o++) {
    let sum = m[direction + inputs * outputs + o]!;
    for (let i = 0; i < inputs; i++) sum += m[w + o * inputs + i]! * dx[i]! + m[direction + o * inputs + i]! * x[i]!;
    dz[o] = sum;
  }
}
