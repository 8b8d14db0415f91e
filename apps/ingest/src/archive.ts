import type { Bus } from '#bus';
import type { DomainSettings } from '#config';
import type { RunKind } from '#contracts';
import { Fault } from '#errors';
import type { BasinId, GaugeLink, RatingCurve, Station, StationId } from '#hydrology';
import type { Logger } from '#runtime';
import type { Pool } from '#store';
import { archiveDeadLetters } from './archive-dead-letters.js';
import { archiveGauges } from './archive-gauges.js';
import { archiveRain } from './archive-rain.js';
import { archiveRainGauges } from './archive-rain-gauges.js';
import { archiveTemperature } from './archive-temperature.js';
import type { RainGaugeLimits } from '#observation';

/** What the archive must know of a basin to check its data. */
export interface ArchivedBasin {
  readonly basin: BasinId;
  readonly stations: readonly Station[];
  readonly cellCount: number;
  /** By which the stage of a station becomes discharge. */
  readonly ratings?: ReadonlyMap<StationId, RatingCurve>;
  /** Station: checks that are switched off and limits of its own. */
  readonly quality?: DomainSettings['quality'];
  /** Rain gauges by id: the cell of the radar under each, and how it is checked. */
  readonly rainGauges?: ReadonlyMap<string, ArchivedRainGauge>;
  /** Which gauge lies below which; without it none is weighed against its neighbours. */
  readonly links?: readonly GaugeLink[];
}

export interface ArchivedRainGauge {
  readonly cell: number;
  readonly limits: RainGaugeLimits;
}

export interface Archive {
  readonly pool: Pool;
  readonly basins: ReadonlyMap<string, ArchivedBasin>;
  readonly runKind: RunKind;
  readonly logger: Logger;
}

/** Takes rain, temperature, gauge values and dead letters from the bus, checks and archives them: values in = values + named rejects. */
export async function startArchive(bus: Bus, archive: Archive): Promise<void> {
  await bus.subscribe('obs.rain.v1', 'archive', batch => archiveRain(archive, batch));
  await bus.subscribe('obs.temperature.v1', 'archive', batch => archiveTemperature(archive, batch));
  await bus.subscribe('obs.gauge.v1', 'archive', batch => archiveGauges(archive, batch));
  await bus.subscribe('obs.rain-gauge.v1', 'archive', batch => archiveRainGauges(archive, batch));
  await bus.subscribe('dead.v1', 'archive', batch => archiveDeadLetters(archive, batch));
}

/** @throws Fault BASIN_UNKNOWN, which sends the message to the dead letters. */
export function basinOf(archive: Archive, id: string): ArchivedBasin {
  const basin = archive.basins.get(id);
  if (basin === undefined) throw new Fault('BASIN_UNKNOWN', `this Freshet has no basin ${id}`, { basin: id });
  return basin;
}
