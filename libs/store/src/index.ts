export { connect, inTransaction, rethrowAsFault, type ConnectOptions, type Pool, type Queryable } from './connect.js';
export { startEmbedded, dropDatabase, type EmbeddedDatabase, type EmbeddedOptions } from './embedded.js';
export { migrate } from './migrate.js';
