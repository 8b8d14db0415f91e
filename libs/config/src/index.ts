export type * from './loaded-domain.js';
