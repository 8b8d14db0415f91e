export { createLogger, type Logger, type LogLevel } from './logger.js';
export { Lifecycle } from './lifecycle.js';
export { systemClock, systemPulse, every, type Clock, type Job, type Pulse, type Stop } from './clock.js';
export { ReplayClock, type ReplaySpan, type ReplaySpeed, type ReplayState } from './replay-clock.js';
export { listen, type Address } from './listen.js';
export { METRICS, Metrics, type MetricName, type Sample } from './metrics.js';
