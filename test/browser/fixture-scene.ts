import type { VerdictView } from '#contracts';

/** What the browser tests vary. Times are epoch ms. */
export interface Scene {
  readonly now: number;
  /** Null: no forecast has been issued. */
  readonly issueTime: number | null;
  /** No value of this station after this time. */
  readonly silent: { readonly station: string; readonly since: number } | null;
  readonly paused: boolean;
  readonly speed: number | null;
  readonly acknowledged: Readonly<Record<string, { readonly by: string; readonly at: string }>>;
  readonly runKind: 'replay' | 'scheduled';
  /** Of operators on values of the outlet, newest first. */
  readonly verdicts: readonly VerdictView[];
}

/** An hour before the outlet crosses red in the record flood: everything has arrived. */
export const RISING: Scene = Object.freeze({
  now: Date.parse('2014-11-04T13:24:00Z'),
  issueTime: Date.parse('2014-11-04T13:15:00Z'),
  silent: null,
  paused: false,
  speed: 15,
  acknowledged: {},
  runKind: 'replay',
  verdicts: [],
});

/** The same hour without the Déôme gauge. */
export const GAUGE_SILENT: Scene = Object.freeze({ ...RISING, silent: { station: 'V3515010', since: Date.parse('2014-11-04T09:00:00Z') } });

/** A quiet day. */
export const CALM: Scene = Object.freeze({
  ...RISING,
  now: Date.parse('2014-10-28T06:24:00Z'),
  issueTime: Date.parse('2014-10-28T06:15:00Z'),
});

/** The cycle stopped six hours ago on a quiet day. */
export const FORECAST_STOPPED: Scene = Object.freeze({ ...CALM, issueTime: Date.parse('2014-10-28T00:15:00Z') });
