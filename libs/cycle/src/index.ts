export type * from './inputs.js';
export type * from './recipe.js';
export type * from './result.js';
export { computeCycle, trusted } from './compute-cycle.js';
export { encodeCycleState, decodeCycleState } from './encode-state.js';
export { spinUp, type SpinUpProblem } from './spin-up.js';
export { RAIN_GIVEN_UP_MS } from './window-forcing.js';
