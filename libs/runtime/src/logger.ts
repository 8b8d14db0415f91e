import pino from 'pino';

export type Logger = pino.Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * JSON lines to stderr, since stdout belongs to the JSON of commands. error: somebody must act; warn: something was
 * refused or degraded and Freshet went on; info: a turn of events; debug: each step.
 */
export function createLogger(level: LogLevel): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: label => ({ level: label }) } },
    pino.destination({ fd: 2, sync: true }),
  );
}
