export { connect, inTransaction, rethrowAsFault, type ConnectOptions, type Pool, type Queryable } from './connect.js';
export { startEmbedded, findRunning, dropDatabase, type EmbeddedDatabase, type EmbeddedOptions } from './embedded.js';
export { migrate, mayMigrate, assertMigrated } from './migrate.js';
export { readEdition, HYPERTABLES, type Edition } from './timescale.js';
export { grantDatabaseRoles, DATABASE_ROLES } from './database-roles.js';
export { keepHouse, type HouseKept } from './keep-house.js';
export { writeCycleMetrics, type CycleMetrics } from './cycle-metrics.js';
export {
  writeObservations,
  readJudged,
  readObservations,
  type JudgedValue,
  type ObservationRow,
  type ObservationQuery,
  type OnTime,
} from './observations.js';
export {
  applyVerdicts,
  decideVerdict,
  lockVerdicts,
  readVerdicts,
  type DecidedVariable,
  type DecidedVerdict,
  type Decision,
  type Stretch,
  type VerdictsOf,
} from './verdicts.js';
export { readTemperatures, writeTemperatures, type ForecastTemperature, type TemperatureRow } from './temperature-forecasts.js';
export { readRainForecasts, writeRainForecasts, type ForecastGrid, type ForecastRow } from './rain-forecasts.js';
export { writeRain, readRain, readRainAt, type RainRow, type RainQuery } from './rain.js';
export { readRainGauges, readReceivedDepths, writeRainGauges, type RainGaugeRow, type ReceivedDepth } from './rain-gauges.js';
export { writeMosaic, readMosaics, type Mosaic, type MosaicQuery } from './mosaics.js';
export { writeRejects, type RejectRow } from './rejects.js';
export { takeFeed, saveFeed, readFeeds, readFeedViews, releaseFeeds, type FeedRow, type StalledInput } from './feeds.js';
export { readHabits, type InputHabit } from './habits.js';
export {
  insertDueCycles,
  takeLease,
  renewLease,
  finishCycle,
  releaseOrphans,
  readOpenCycles,
  readNewestIssueTime,
  type CycleKey,
  type DueCycle,
  type Lease,
  type FinishedCycle,
  type CycleDetails,
} from './cycles.js';
export { writeStates, readStatesBefore, type StateRow } from './states.js';
export { writeHydrographs, writeExceedances, type HydrographRow, type ExceedanceRow } from './forecasts.js';
export { writeOutbox, pruneOutbox, isOutboxEmpty, OutboxRelay, type OutboxMessage } from './outbox.js';
export { readReplay, saveReplay, saveReplayClock, type ReplayRow } from './replays.js';
export {
  acknowledgeAlert,
  beginEvaluation,
  lockAlerts,
  readAlertStates,
  saveAlerts,
  saveProgress,
  type Acknowledging,
  type AlertChanges,
  type AlertScope,
  type EvaluationProgress,
} from './alerts.js';
export {
  FRESHNESS_REACH_MS,
  readNewestInputs,
  readReanalysedEvidence,
  readStationEvidence,
  type EvidenceWindow,
  type NewestInput,
} from './alert-evidence.js';
export { compareReanalysis, type AlertDifferences, type Comparing } from './compare-reanalysis.js';
export { readLateInputs, type LateInput, type LateInputsOf } from './late-inputs.js';
export {
  alertEventView,
  groupAlertViews,
  readAlertEvent,
  readAlertEvents,
  readAlerts,
  type AlertFilter,
  type EventFilter,
  type NamedPlace,
} from './alert-views.js';
export {
  readForecast,
  readForecastBriefs,
  readForecastNow,
  readLatestIssueTime,
  readObservationValues,
  readRainDepthValues,
  readObservedNow,
  type ForecastsOf,
  type LevelThresholds,
  type ObservationsOf,
  type ReadScope,
  type StoredExceedance,
  type StoredForecast,
} from './views.js';
export { readCycles, readInputStatus, readRejects, type CyclesOf, type WatchedInput } from './status-views.js';
export { readMetrics, type MetricRow } from './metric-views.js';
export {
  KEY_SCOPES,
  checkApiKey,
  createApiKey,
  looksLikeApiKey,
  readApiKeys,
  keyHolds,
  revokeApiKey,
  type ApiKey,
  type KeyScope,
  type KeyVerdict,
} from './api-keys.js';
export { readActs, recordAct, recordActOutcome, type ActOutcome, type Actor, type OperatorAct } from './operator-acts.js';
export { saveStations } from './stations.js';
export {
  insertRewind,
  lockReanalysis,
  readCycleSpan,
  readLateArrivals,
  saveLookedTo,
  type Arrival,
  latenciesOf,
  type Latencies,
  type Rewind,
} from './reanalysis.js';
