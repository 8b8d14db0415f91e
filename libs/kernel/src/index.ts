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
export { computingMemory } from './backend.js';
export { createKernel, recipeLayout, type KernelRecipe, type ReachLength } from './create-kernel.js';
export { routingNames, structureNames } from './generated-module.js';
