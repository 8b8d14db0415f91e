export type * from './inputs.js';
export type * from './recipe.js';
export type * from './result.js';
export { computeCycle } from './compute-cycle.js';
export { encodeCycleState, decodeCycleState } from './encode-state.js';
export { spinUp, type SpinUpProblem } from './spin-up.js';
export { trusted } from './analyse.js';
