/**
 * What the catcher must do:
 * input: quarantine the thing, go on; transient: retry with back-off; overload: slow down; model: degrade the cycle;
 * config: stop before listening (exit 78); defect: stop, keep the inputs.
 */
export type FaultKind = 'input' | 'transient' | 'overload' | 'model' | 'config' | 'defect';

interface Code {
  readonly kind: FaultKind;
  /** HTTP status when it reaches the API. */
  readonly status: number;
  /** What the reader can do about it. */
  readonly remedy: string;
}

const code = (kind: FaultKind, status: number, remedy: string): Code => Object.freeze({ kind, status, remedy });

/** The register of every code; docs/reference/errors.md lists the same and a test compares them. */
export const CODES = {
  // configuration and command line
  ENVIRONMENT_INVALID: code('config', 500, 'Correct the named environment variables and start again.'),
  DOMAIN_INVALID: code('config', 500, 'Correct every listed line of domain.yaml and start again.'),
  DOMAIN_NOT_FOUND: code('config', 404, 'Name a folder under the domain directory; `freshet domain list` shows them.'),
  DATASET_INVALID: code('config', 400, 'Give the folder of one SMASH data set, the one that holds setup_*.yaml and mesh_*.hdf5.'),
  DOMAIN_UNFIT: code('config', 400, 'Give the domain what the message names; `freshet simulate` and `freshet bench` do without.'),
  MESH_INVALID: code('config', 400, 'Correct the named cells or gauges; docs/guides/bring-your-own-basin.md describes both files.'),
  PARAMETERS_INVALID: code('config', 400, 'Use a parameter file made by `freshet calibrate` for this domain and structure.'),
  CHECKPOINT_INVALID: code('config', 400, 'Resume with the Freshet and the basins it was made with, or begin anew in another folder.'),
  MEMBER_INVALID: code('config', 400, 'Use a member file made by `freshet train-corrector` for this domain, its gauges and its model.'),
  TRAINING_DIVERGED: code('config', 400, 'Train again with a smaller --rate.'),
  COMMAND_INVALID: code('config', 400, 'See `freshet --help` for the options of the command.'),
  DATA_FOLDER_IN_USE: code('config', 500, 'Stop the other Freshet or give this one another folder with --data.'),
  DATA_FOLDER_UNUSABLE: code('config', 500, 'Give a folder that can be written with --data.'),
  DATA_FOLDER_MISFIT: code(
    'config',
    500,
    'Run the Freshet that made it; docs/guides/deploy.md says how its data get into a new folder. Or begin anew in another folder with --data.',
  ),
  DATABASE_FAILED: code('config', 500, 'Read postgres.log in the data folder; give --data another folder to start anew.'),
  SCHEMA_CHANGED: code('config', 500, 'Run the version of Freshet that made this database, or give an empty database.'),
  SCHEMA_BEHIND: code('config', 500, 'Run `freshet migrate` as the owner of the database, then start again.'),
  PORT_IN_USE: code('config', 500, 'Stop the other program or choose another port with --port.'),
  // input
  FILE_UNREADABLE: code('input', 422, 'Replace the file by a complete copy; the values it should have held stay missing.'),
  OBSERVATION_UNDECODABLE: code('input', 422, 'See the quarantined message in the rejects of the source.'),
  MESSAGE_UNREADABLE: code('input', 422, 'See the dead letter: whoever wrote it to the topic must write what docs/reference describes.'),
  STATION_UNKNOWN: code('input', 404, 'Use one of the station ids listed by /v1/stations.'),
  BASIN_UNKNOWN: code('input', 404, 'Use one of the basin ids listed by /v1/basins.'),
  FORECAST_NOT_FOUND: code('input', 404, 'Ask for an issue time that /v1/basins/{id}/cycles lists as complete or degraded.'),
  ALERT_NOT_FOUND: code('input', 404, 'Use one of the alert ids listed by /v1/alerts.'),
  QUERY_INVALID: code('input', 400, 'Correct the named parameter; /docs describes each.'),
  REQUEST_INVALID: code('input', 400, 'Correct the request; /docs describes each.'),
  ROUTE_UNKNOWN: code('input', 404, 'See /docs for the paths there are.'),
  METHOD_UNSUPPORTED: code('input', 405, 'Use a method that /docs lists for the path.'),
  CONFLICT: code('input', 409, 'Read the current state and decide again.'),
  KEY_UNKNOWN: code('input', 404, 'Use one of the ids that `freshet key list` shows.'),
  // access
  CALLER_UNKNOWN: code('input', 401, 'Send a valid key in X-API-Key, or a bearer token; `freshet key create` makes keys.'),
  SCOPE_TOO_SMALL: code('input', 403, 'Use the key of an operator.'),
  ORIGIN_REFUSED: code('input', 403, 'Act from the console of this address, or name the other page in FRESHET_CORS_ORIGINS.'),
  RATE_EXCEEDED: code('overload', 429, 'Wait as long as Retry-After says; ask less often, or follow /v1/stream.'),
  ISSUER_UNAVAILABLE: code('transient', 503, 'The keys of the token’s issuer cannot be read; use an API key or try again.'),
  // running
  SQL_CONFLICT: code(
    'transient',
    503,
    'Freshet tries again by itself; where it gives up, pg_stat_activity shows the transaction that lasts.',
  ),
  SQL_UNAVAILABLE: code('transient', 503, 'The database does not answer; Freshet tries again by itself.'),
  SOURCE_UNAVAILABLE: code('transient', 503, 'The source does not answer; Freshet tries again by itself.'),
  BUS_UNAVAILABLE: code('transient', 503, 'The Kafka brokers do not answer; Freshet tries again by itself.'),
  SHUTTING_DOWN: code('transient', 503, 'Freshet is stopping; what was not handled is taken up again at the next start.'),
  LEASE_LOST: code('transient', 503, 'Another process computes the cycle; nothing need be done.'),
  LEASE_HELD: code('overload', 429, 'Another process computes the cycle; this one waits for it or for its lease to run out.'),
  QUEUE_FULL: code('overload', 429, 'Wait and try again.'),
  POOL_FULL: code('overload', 429, 'Wait and try again.'),
  // model
  STATE_OUT_OF_BOUNDS: code(
    'model',
    400,
    'Start from stores between empty and full, such as the final state of a run with the same structure.',
  ),
  STATE_NOT_FINITE: code('model', 500, 'The cycle fell back to the open loop; keep its cycle file and report it.'),
  MASS_IMBALANCE: code('model', 500, 'The cycle fell back to the open loop; keep its cycle file and report it.'),
  BACKGROUND_MISSING: code('model', 500, 'Spin the model up again: restart with an empty data folder or let the spin-up run.'),
  WINDOW_TOO_LONG: code('config', 400, 'Run a shorter window or a smaller mesh, or split it with `freshet mesh build --split`.'),
  STRUCTURE_UNKNOWN: code('config', 400, 'Use one of the structures and routings that the message lists.'),
  KERNEL_NOT_BUILT: code('config', 500, 'Run `npm run build`; it compiles the model.'),
  STRUCTURE_INVALID: code('config', 500, 'Correct the formula at the named file and line.'),
  NETWORK_INVALID: code('config', 400, 'Give the hidden layers and as many weights as the message says.'),
  BACKEND_UNFIT: code(
    'config',
    400,
    'Install @tensorflow/tfjs-node (libs/learning/README.md says how), or train a network without that layer.',
  ),
  TEMPERATURE_MISSING: code(
    'config',
    400,
    'Name a file of air temperature as record.temperature in domain.yaml, or choose a structure without snow.',
  ),
  DEAD_LETTER_LIMIT: code(
    'defect',
    500,
    'Look at /v1/data-status and the rejects: a source sends what cannot be read; cure it and start again.',
  ),
  INVARIANT: code('defect', 500, 'A defect of Freshet: report it with the log lines around it.'),
} as const satisfies Record<string, Code>;

export type FaultCode = keyof typeof CODES;
