export type * from './bus.js';
export { LocalBus, type LocalBusOptions } from './local-bus.js';
export { DEFAULT_POLICY } from './delivery.js';
