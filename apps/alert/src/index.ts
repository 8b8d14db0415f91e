export { evaluateAlerts, type AlertedBasin, type Evaluation } from './evaluate.js';
export { createAlerting, startAlerting, type Alerting, type AlertingOptions } from './start-alerting.js';
export { WATCH_CRON, watchInputs, type TickingClock } from './watchdog.js';
export { compareReanalysis, type AlertDifferences, type Comparing } from './compare-reanalysis.js';
