import type { NetworkLayout } from '#kernel';

/** The network inside the step without TensorFlow.js and without a kernel, in float64: outputs of one set of inputs. */
export function evaluateStepNetwork(
  { hidden, outputs }: NetworkLayout,
  weights: ArrayLike<number>,
): (inputs: readonly number[]) => number[] {
  const units = [...hidden, outputs.length];
  return inputs => {
    let at = 0;
    return units.reduce(
      (x, count, l) => {
        const bias = at + x.length * count;
        const z = Array.from({ length: count }, (_, o) =>
          x.reduce((sum, value, i) => sum + weights[at + o * x.length + i]! * value, weights[bias + o]!),
        );
        at = bias + count;
        return l < hidden.length ? z.map(value => value / (1 + Math.exp(-value))) : z;
      },
      [...inputs],
    );
  };
}
