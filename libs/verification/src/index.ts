export { bias, correlation, kge, mae, nse, pairCount, rmse, type Pairs } from './deterministic.js';
