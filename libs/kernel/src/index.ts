export type * from './kernel.js';
export {
  minimise,
  type MinimiseOptions,
  type MinimiseProblem,
  type MinimiseProgress,
  type Minimum,
  type StopReason,
} from './minimise/lbfgsb.js';
