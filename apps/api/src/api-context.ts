import { Inject } from '@nestjs/common';
import type { Bus } from '#bus';
import type { AccessSettings, LoadedDomain } from '#config';
import { markerOf, type Envelope, type RunKind } from '#contracts';
import { Fault } from '#errors';
import { toIso, type EpochMs, type Station } from '#hydrology';
import type { Logger } from '#runtime';
import type { DecidedVariable, ReadScope, Pool } from '#store';

/** The clock of a replay as the API steers it; `max`: as fast as the cycles go. */
export interface ReplayControl {
  state(): {
    readonly now: EpochMs;
    readonly from: EpochMs;
    readonly to: EpochMs;
    readonly speed: number | 'max';
    readonly paused: boolean;
    readonly finished: boolean;
  };
  pause(): void;
  resume(): void;
  setSpeed(speed: number | 'max'): void;
}

/** Everything the API is given; it makes nothing of its own. */
export interface ApiContext {
  readonly pool: Pool;
  readonly bus: Bus;
  /** Live or simulated: every age and every default of `asOf` comes from it. */
  readonly clock: { now(): EpochMs };
  /** The machine's, also in a replay: keys expire and acts are recorded by it. */
  readonly machineClock: { now(): EpochMs };
  readonly runKind: RunKind;
  /** Who may use the API, and how much. */
  readonly access: AccessSettings;
  /** Told of acts and of refused callers; never given a key or a token. */
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly domains: readonly LoadedDomain[];
  /** Null on a live system. */
  readonly replay: { readonly basin: string; readonly clock: ReplayControl } | null;
  /** Folder of the bundled console, null to serve none. */
  readonly consoleFolder: string | null;
  readonly version: string;
  /** Called after a commit that wrote messages, so that they leave at once. */
  readonly onMessages: () => void;
  /** Told about an error that is nobody's mistake but ours. */
  readonly onDefect: (error: unknown) => void;
}

const API_CONTEXT = Symbol('ApiContext');
export const InjectContext = (): ParameterDecorator => Inject(API_CONTEXT);
export const contextProvider = (context: ApiContext) => ({ provide: API_CONTEXT, useValue: context });

export const envelopeOf = ({ runKind, clock }: ApiContext): Envelope => ({ runKind, marker: markerOf(runKind), now: toIso(clock.now()) });

/** A read never sees more than now: asking for the future answers with the present. */
export const asOfOf = ({ clock }: ApiContext, asked: EpochMs | undefined): EpochMs =>
  asked === undefined || asked > clock.now() ? clock.now() : asked;

/** @throws Fault BASIN_UNKNOWN listing those there are. */
export function domainOf({ domains }: ApiContext, basin: string): LoadedDomain {
  const domain = domains.find(each => each.basin === basin);
  if (domain !== undefined) return domain;
  const known = domains.map(each => each.basin).join(', ');
  throw new Fault('BASIN_UNKNOWN', `there is no basin "${basin}" (there is ${known})`, { basin });
}

/** The basins asked for: one by name, or all. */
export const domainsOf = (context: ApiContext, basin: string | undefined): readonly LoadedDomain[] =>
  basin === undefined ? context.domains : [domainOf(context, basin)];

/** @throws Fault STATION_UNKNOWN */
export function stationOf({ domains }: ApiContext, id: string): { readonly domain: LoadedDomain; readonly station: Station } {
  for (const domain of domains) {
    const station = domain.stations.find(each => each.id === id);
    if (station !== undefined) return { domain, station };
  }
  throw new Fault('STATION_UNKNOWN', `there is no station "${id}"`, { station: id });
}

/** A station or a rain gauge, and what is measured there; nothing at a station without a gauge. @throws Fault STATION_UNKNOWN */
export function measuringPlaceOf(
  context: ApiContext,
  id: string,
): { readonly domain: LoadedDomain; readonly variables: readonly DecidedVariable[] } {
  const domain = context.domains.find(({ rainGauges }) => rainGauges.some(gauge => gauge.id === id));
  if (domain !== undefined) return { domain, variables: ['P'] };
  const found = stationOf(context, id);
  return { domain: found.domain, variables: found.station.gauged ? ['Q', 'H'] : [] };
}

export const scopeOf = ({ runKind }: ApiContext, basin: string, asOf: EpochMs): ReadScope => ({ basin, runKind, asOf });
