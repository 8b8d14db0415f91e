export { evaluateAlerts, type Evaluation } from './evaluate.js';
export { createAlerting, startAlerting, type Alerting, type AlertingOptions } from './start-alerting.js';
export { WATCH_CRON, watchInputs, type TickingClock } from './watchdog.js';
