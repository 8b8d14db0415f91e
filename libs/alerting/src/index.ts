export * from './alert.js';
export {
  CRITERIA,
  FRESHNESS,
  rulesOf,
  type AbsenceRule,
  type AlertCriteria,
  type AlertRule,
  type DischargeRule,
  type InputKind,
} from './rules.js';
export { transition, type Transition } from './transition.js';
export { groupAlerts, severityOf, type AlertGroup, type Groupable } from './group.js';
