export {
  TOPICS,
  GROUPS,
  RunKind,
  GaugeMessage,
  RainGaugeMessage,
  RainMessage,
  TemperatureMessage,
  ArchivedMessage,
  CycleDue,
  ForecastIssued,
  AlertChanged,
  DeadLetter,
  type Topic,
  type TopicValue,
} from './topics.js';
export * from './api.js';
