// The /v1 interface: every request and reply. Units are suffixes (dischargeM3s, rainMm), times ISO 8601 UTC, every reply says which clock it speaks of.
export * from './api-envelope.js';
export * from './api-basins.js';
export * from './api-stations.js';
export * from './api-verdicts.js';
export * from './api-forecast.js';
export * from './api-alerts.js';
export * from './api-reanalysis.js';
export * from './api-operations.js';
export * from './api-stream.js';
export * from './api-access.js';
