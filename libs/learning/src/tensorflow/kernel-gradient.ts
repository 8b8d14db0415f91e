import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { PredictorCost } from '../maps/field-map.js';
import type { TensorFlow } from './open-tensorflow.js';

/**
 * The kernel behind a TensorFlow.js model: what it costs to run with the predictors z, as one operation whose gradient is the kernel's adjoint
 * (`tf.customGrad`). TensorFlow.js then differentiates model and kernel as a whole.
 */
export function kernelOperation({ core }: TensorFlow, cost: PredictorCost): (z: Tensor) => Scalar {
  return core.customGrad(x => {
    const z = x as Tensor;
    const { cost: value, byPredictor } = cost(Float64Array.from(z.dataSync<'float32'>()));
    return {
      value: core.scalar(value),
      gradFunc: (dy: Tensor) => core.mul(dy, core.tensor(Float32Array.from(byPredictor), z.shape)),
    };
  }) as (z: Tensor) => Scalar;
}
