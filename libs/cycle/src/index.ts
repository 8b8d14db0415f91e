export type * from './inputs.js';
export type * from './recipe.js';
export type * from './result.js';
