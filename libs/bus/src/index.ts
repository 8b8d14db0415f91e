export type * from './bus.js';
export { LocalBus, type LocalBusOptions } from './local-bus.js';
export { KafkaBus, type KafkaBusOptions } from './kafka-bus.js';
export type { KafkaLog, KafkaSettings, SaslMechanism } from './kafka-settings.js';
export type { GroupLag } from './kafka-topics.js';
export { DEFAULT_POLICY } from './delivery.js';
