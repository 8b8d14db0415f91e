export * from './alert.js';
export {
  ALERT_SETTINGS,
  criteriaOf,
  absentAfterMs,
  rulesOf,
  type AbsenceRule,
  type AlertCriteria,
  type AlertRule,
  type AlertSettings,
  type DischargeRule,
  type InputKind,
  type RuleScope,
} from './rules.js';
export { transition, type Transition } from './transition.js';
export { groupAlerts, severityOf, type AlertGroup, type Groupable } from './group.js';
export {
  alertedBasin,
  beatsOf,
  clockItem,
  stationItem,
  weigh,
  type AlertedBasin,
  type EvidenceItem,
  type StationEvidence,
} from './weigh.js';
