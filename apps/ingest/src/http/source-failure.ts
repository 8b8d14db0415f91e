export type FailureCode =
  | 'UNREACHABLE'
  | 'TIMED_OUT'
  | 'REFUSED'
  | 'CUT_SHORT'
  | 'MOVED'
  | 'TOO_LARGE'
  | 'QUOTA_SPENT'
  | 'PAGES_WITHOUT_END'
  | 'LISTING_UNREADABLE'
  | 'ANSWER_UNREADABLE'
  | 'ANSWER_IS_AN_ERROR'
  | 'NOTHING_THERE'
  | 'CREDENTIALS_UNREADABLE'
  | 'FOLDER_UNREADABLE'
  | 'FOLDER_UNWRITABLE';

/** Why a source could not be asked or read: what the feeds page shows, with the remedy in the message. */
export class SourceFailure extends Error {
  readonly status: number | null;
  /** How long the service wants to be left alone; null = it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    readonly code: FailureCode,
    message: string,
    { status = null, retryAfterMs = null }: { readonly status?: number | null; readonly retryAfterMs?: number | null } = {},
  ) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}
