import type { RainChoice } from '#apps/forecast';
import type { Disturbance, RecordedRuns } from '#apps/ingest';
import type { KafkaSettings } from '#bus';
import type { AccessSettings, Role } from '#config';
import type { EpochMs } from '#hydrology';
import type { Address, Logger, Pulse, ReplaySpeed } from '#runtime';

/** The past played as an exercise. */
export interface ReplayMode {
  readonly kind: 'replay';
  /** Issue time of the first cycle and of the last. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly speed: ReplaySpeed;
  readonly rain: RainChoice;
  /** Of a weather model, where the rain is to come from one. */
  readonly runs?: RecordedRuns;
  readonly disturbances: readonly Disturbance[];
  /** Rewind to the cycle that late values belong to, as in operations. */
  readonly reanalyse?: boolean;
  /** anew: forget what the folder holds; resume: go on where it stopped; refuse: an error when it holds a replay. */
  readonly earlier: 'anew' | 'resume' | 'refuse';
}

/** Roles that follow a replay which another process leads: it holds the clock, enters the cycles and spins the model up. */
export interface ExerciseMode {
  readonly kind: 'exercise';
}

export interface LiveMode {
  readonly kind: 'live';
  /** What moves it; the present unless given. */
  readonly pulse?: Pulse;
}

export interface FreshetOptions {
  readonly roles: readonly Role[];
  /** Folders of the domains to serve; a replay plays one. */
  readonly domainFolders: readonly string[];
  /** `embedded:<folder>` or `postgres://…` */
  readonly sql: string;
  /** Where the API and the console listen. */
  readonly address: Address;
  /** Who may use the API. */
  readonly access: AccessSettings;
  readonly workers: number;
  /** Port of the probes and metrics; null = none. */
  readonly metricsPort: number | null;
  /** The brokers between the processes; null = every role is in this one. */
  readonly kafka: KafkaSettings | null;
  readonly mode: ReplayMode | ExerciseMode | LiveMode;
  readonly logger: Logger;
}
