import { reject, type Reject } from '../reject.js';
import { decodeAnswer, type GaugeDecoding, type GaugeReading, type GaugeRows } from './gauge-decoding.js';
import { isJson, listAt, objectAt, parseJsonObject, requireList, textAt, type Json } from './json.js';
import { readPeriod } from './read-period.js';
import { readTime } from './read-time.js';

const SERVICE = 'the Environment Agency';

/**
 * Decodes readings of the flood-monitoring service: a list of readings (`/data/readings`), or stations with the latest reading of
 * each measure (`/id/stations/…`); `items` is a list or, of one, the thing itself. A station's stage goes under its reference;
 * other levels of it under reference:qualifier ("1491TH:downstage"); its rain under the reference, whatever catches it.
 */
export function decodeEnvironmentAgency(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    for (const item of requireList(parseJsonObject(text), 'items', SERVICE)) {
      if (!isJson(item)) rows.refuse('GAUGE_ROW_MALFORMED', `an item of ${SERVICE} is no object`);
      else if ('measures' in item || 'stationReference' in item)
        takeLatest(rows, item); // some stations measure nothing
      else takeReading(rows, item, notationOf(item));
    }
  });
}

function takeLatest(rows: GaugeRows, station: Json): void {
  for (const measure of listAt(station, 'measures')) {
    if (!isJson(measure) || !('latestReading' in measure)) continue; // a measure alone is a description, not a reading
    takeReading(rows, objectAt(measure, 'latestReading'), textAt(measure, 'notation') ?? lastOf(textAt(measure, '@id') ?? ''));
  }
}

/** "…/id/measures/1491TH-level-stage-i-15_min-mASD", as text or within an object. */
function notationOf(item: Json): string {
  const measure = item['measure'];
  return lastOf((isJson(measure) ? textAt(measure, '@id') : textAt(item, 'measure')) ?? '');
}

const lastOf = (address: string): string => address.slice(address.lastIndexOf('/') + 1);

const NOTATION = /^(.+?)-(level|flow|rainfall|temperature|wind|[a-z]+)-(.*?)-(i|m|t|[a-z_]+)-(\w+)-(.*)$/;

function takeReading(rows: GaugeRows, item: Json, notation: string): void {
  const match = NOTATION.exec(notation);
  const [, reference, parameter = '', qualifier = '', kind = '', period = '', unit = ''] = match ?? [];
  const variable = variableOf(parameter, kind);
  const main = qualifier === '' || qualifier === 'stage' || variable === 'P' || (parameter === 'flow' && qualifier === 'logged');
  const timeText = textAt(item, 'dateTime') ?? '';
  const values = listAt(item, 'value');
  rows.take({
    station: reference === undefined || main ? reference : `${reference}:${qualifier}`,
    ...{ variable, quantity: parameter || notation, time: readTime(timeText), timeText, unit: unit.replace('_', '/') },
    value: values.length > 1 ? values : values[0], // two values at one time: nobody knows which
    ...(variable === 'P' && { durationMs: readPeriod(period) }),
  });
}

/** Rain is read as a total (t): the depth of the period that ends at the reading. */
function variableOf(parameter: string, kind: string): 'Q' | 'H' | 'P' | undefined {
  if (parameter === 'rainfall') return kind === 't' ? 'P' : undefined;
  return parameter === 'flow' ? 'Q' : parameter === 'level' ? 'H' : undefined;
}

/** A gauge as the service describes it. */
export interface EaStation {
  readonly reference: string;
  readonly name: string;
  readonly river: string | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly measures: readonly string[];
}

/** Decodes `/id/stations`: values + rejects = rows. Texts may be lists; a station without a place is named and left out. */
export function decodeEaStations(text: string): {
  readonly rows: number;
  readonly stations: readonly EaStation[];
  readonly rejects: readonly Reject[];
} {
  const items = requireList(parseJsonObject(text), 'items', SERVICE);
  const stations: EaStation[] = [];
  const rejects: Reject[] = [];
  for (const item of items) {
    const station = isJson(item) ? item : {};
    const reference = textAt(station, 'stationReference') ?? lastOf(textAt(station, '@id') ?? '');
    const [longitude, latitude] = [listAt(station, 'long')[0], listAt(station, 'lat')[0]];
    if (reference === '') rejects.push(reject('GAUGE_ROW_MALFORMED', `a station of ${SERVICE} has no reference`));
    else if (typeof longitude !== 'number' || typeof latitude !== 'number') {
      rejects.push(reject('FIELD_MISSING', `station ${reference} of ${SERVICE} has no longitude and latitude`));
    } else {
      const measures = listAt(station, 'measures').flatMap(measure => (isJson(measure) ? lastOf(textAt(measure, '@id') ?? '') || [] : []));
      const river = textAt(station, 'riverName') ?? null;
      stations.push({ reference, name: textAt(station, 'label') ?? reference, river, longitude, latitude, measures });
    }
  }
  return { rows: items.length, stations, rejects };
}
