import type { ControlPrior } from '../prior.js';

export type MapKind = 'uniform' | 'distributed' | 'multilinear' | 'multipower' | 'ann';
export const MAP_KINDS: readonly MapKind[] = ['uniform', 'distributed', 'multilinear', 'multipower', 'ann'];

/** A cost of predictors with its slopes by them, in the order of `FieldMap.predictor`. */
export type PredictorCost = (z: Float64Array) => { readonly cost: number; readonly byPredictor: Float64Array };

/** How a part of the control becomes the predictor z of its fields, `[field × cellCount + cell]`; a sigmoid brings z into the range of a field. */
export interface FieldMap {
  readonly kind: MapKind;
  /** Components of the control that it reads. */
  readonly size: number;
  predictor(control: Float64Array): Float64Array;
  /** ∂J/∂control from ∂J/∂z at that control. */
  pullBack(control: Float64Array, byPredictor: Float64Array): Float64Array;
  /** ∂J/∂control of a cost of z, where the map is a TensorFlow.js model: the cost enters it as one operation. */
  differentiate?(control: Float64Array, cost: PredictorCost): Float64Array;
  /** What is known of the control, given mean and deviation of z of each field. */
  prior(ofFields: ControlPrior): ControlPrior;
  /** The control that gives each field one z on all cells, as near to `otherwise` as that allows. */
  level(z: Float64Array, otherwise: Float64Array): Float64Array;
}
