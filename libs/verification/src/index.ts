export { baseflow, separateBaseflow, type BaseflowSeparation } from './baseflow.js';
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
export { EVENT_SETTINGS, eventErrors, floodEvents, type EventErrors, type EventSettings, type FloodEvent } from './flood-events.js';
export {
  bootstrapEfficiencies,
  bootstrapMedian,
  BOOTSTRAP_SETTINGS,
  eventBlocks,
  type Block,
  type BootstrapSettings,
  type Interval,
} from './bootstrap.js';
