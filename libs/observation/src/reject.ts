/** Why something could not become an observation, or only an unreliable one. */
export type RejectCode =
  | 'STATION_UNKNOWN'
  | 'GAUGE_UNIT_WRONG'
  | 'GAUGE_NOT_A_NUMBER'
  | 'GAUGE_OUT_OF_RANGE'
  | 'OBSERVATION_FROM_THE_FUTURE'
  | 'RAIN_CORRUPT'
  | 'RAIN_WRONG_GRID'
  | 'RAIN_NEGATIVE'
  | 'RAIN_OUT_OF_RANGE'
  | 'RAIN_NOT_A_NUMBER';

/** Names the thing and the remedy in one sentence. */
export interface Reject {
  readonly code: RejectCode;
  readonly message: string;
}

export const reject = (code: RejectCode, message: string): Reject => ({ code, message });
