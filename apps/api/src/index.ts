export { createApi } from './create-api.js';
export type { ApiContext, ReplayControl } from './api-context.js';
