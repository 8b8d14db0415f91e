export type * from './kernel.js';
export {
  minimise,
  minimising,
  type MinimiseOptions,
  type MinimiseProblem,
  type MinimiseProgress,
  type Minimum,
  type StopReason,
  type StopWish,
} from './minimise/lbfgsb.js';
export { createKernel, recipeLayout, type KernelRecipe, type ReachLength } from './create-kernel.js';
export { routingNames, structureNames } from './generated-module.js';
export { interception } from './formulas/interception.js';
export {
  grReservoirs,
  neuralReservoirs,
  reservoirInputs,
  reservoirLimits,
  type IntensityLaw,
  type ReservoirFluxes,
  type ReservoirStep,
} from './reservoir-laws.js';
