export type * from './kernel.js';
export {
  minimise,
  type MinimiseOptions,
  type MinimiseProblem,
  type MinimiseProgress,
  type Minimum,
  type StopReason,
} from './minimise/lbfgsb.js';
export { createKernel, recipeLayout, type KernelRecipe, type ReachLength } from './create-kernel.js';
export { routingNames, structureNames } from './generated-module.js';
export { interception } from './formulas/interception.js';
