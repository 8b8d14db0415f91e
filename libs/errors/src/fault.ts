import { CODES, type FaultCode, type FaultKind } from './codes.js';

/**
 * An error with a registered code. Its kind says what the catcher must do (see codes.ts); its context names the ids
 * somebody needs to act; its message says what is wrong and the register adds the remedy.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly kind: FaultKind;
  readonly remedy: string;

  constructor(
    readonly code: FaultCode,
    message: string,
    readonly context: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = CODES[code].kind;
    this.remedy = CODES[code].remedy;
  }
}

export const isFault = (error: unknown): error is Fault => error instanceof Error && error.name === 'Fault' && 'code' in error;
