/** Why something could not become an observation, or only an unreliable one. */
export type RejectCode =
  | 'STATION_UNKNOWN'
  | 'GAUGE_UNIT_WRONG'
  | 'GAUGE_NOT_A_NUMBER'
  | 'GAUGE_OUT_OF_RANGE'
  | 'GAUGE_ROW_MALFORMED'
  | 'GAUGE_NOT_MEASURED'
  | 'GAUGE_UNRELIABLE_AT_SOURCE'
  | 'GAUGE_DUPLICATE'
  | 'RATING_MISSING'
  | 'OBSERVATION_FROM_THE_FUTURE'
  | 'TIME_IMPLAUSIBLE'
  | 'ANSWER_UNREADABLE'
  | 'ENTITY_REFUSED'
  | 'ANSWER_IS_AN_ERROR'
  | 'RAIN_CORRUPT'
  | 'RAIN_WRONG_GRID'
  | 'RAIN_NEGATIVE'
  | 'RAIN_OUT_OF_RANGE'
  | 'RAIN_NOT_A_NUMBER'
  | 'TEMPERATURE_CORRUPT'
  | 'TEMPERATURE_OUT_OF_RANGE'
  | 'FILE_TOO_LARGE'
  | 'FILE_UNREADABLE'
  | 'FILE_NAME_REFUSED'
  | 'FILE_NEVER_CAME'
  | 'TIME_PASSED_OVER'
  | 'NOTIFICATION_MALFORMED'
  | 'DATA_WITHDRAWN'
  | 'INTEGRITY_WRONG'
  | 'LINK_REFUSED'
  | 'FORMAT_UNKNOWN'
  | 'FORECAST_NOT_OBSERVED'
  | 'MEMBER_NOT_READ'
  | 'GRID_IMPLAUSIBLE'
  | 'FIELD_MISSING'
  | 'QUANTITY_UNKNOWN'
  | 'PROJECTION_UNUSABLE'
  | 'DURATION_UNKNOWN'
  | 'RADAR_UNKNOWN'
  | 'RADAR_LATE'
  | 'RADAR_MISSING';

/** Names the thing and the remedy in one sentence. */
export interface Reject {
  readonly code: RejectCode;
  readonly message: string;
}

export const reject = (code: RejectCode, message: string): Reject => ({ code, message });

/** Thrown inside a decoder where a whole file, grid or answer must be refused; the decoder's face turns it into a reject. */
export class Refusal extends Error {
  constructor(
    readonly code: RejectCode,
    message: string,
  ) {
    super(message);
  }
}

/** What an error says, in one line; errors of other realms (a worker, a wasm module) are not instances of this one's Error. */
export function firstLineOf(cause: unknown): string {
  const message = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause;
  return String(message).split('\n')[0]!.slice(0, 200);
}
