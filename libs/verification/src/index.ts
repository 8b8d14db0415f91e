export { bias, correlation, kge, mae, nse, pairCount, rmse, type Pairs } from './deterministic.js';
export { coverage, crpsOfQuantiles, type QuantileForecast } from './probabilistic.js';
export {
  countContingencies,
  criticalSuccessIndex,
  equitableThreatScore,
  falseAlarmRatio,
  frequencyBias,
  probabilityOfDetection,
  probabilityOfFalseDetection,
  type ContingencyTable,
} from './contingency.js';
