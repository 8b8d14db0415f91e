import { decodeAnswer, type GaugeDecoding, type GaugeReading } from './gauge-decoding.js';
import { isJson, listAt, objectAt, parseJsonObject, requireList, textAt, type Json } from './json.js';
import { readTime } from './read-time.js';

/** USGS parameter codes: 00060 discharge, 00065 gage height, 00045 precipitation; 72137 tidally filtered discharge, 99065 and 00062 other stages are not these. */
export const USGS_PARAMETERS: ReadonlyMap<string, 'Q' | 'H' | 'P'> = new Map([
  ['00060', 'Q'],
  ['00065', 'H'],
  ['00045', 'P'],
]);

const INSTANTANEOUS = '00011';
/** Sums: of rain the readings may be named so. */
const SUM = '00006';

/**
 * Decodes items of the USGS OGC API (`continuous`, `latest-continuous`): values are texts, ids change and are not used; the
 * next page is the link `next`. Statistics (00003, the mean of a day) are no readings.
 */
export function decodeUsgs(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const answer = parseJsonObject(text);
    const features = requireList(answer, 'features', 'the USGS');
    rows.next = nextOf(answer);
    for (const feature of features) {
      const properties = isJson(feature) ? objectAt(feature, 'properties') : {};
      const [code, statistic] = [textAt(properties, 'parameter_code') ?? '', textAt(properties, 'statistic_id') ?? INSTANTANEOUS];
      const timeText = textAt(properties, 'time') ?? '';
      const isReading = statistic === INSTANTANEOUS || (statistic === SUM && code === '00045');
      rows.take({
        station: textAt(properties, 'monitoring_location_id'),
        variable: isReading ? USGS_PARAMETERS.get(code) : undefined,
        quantity: isReading ? `parameter ${code}` : `statistic ${statistic} of parameter ${code}`,
        ...{ time: readTime(timeText), timeText, value: properties['value'], unit: textAt(properties, 'unit_of_measure') ?? '' },
      });
    }
  });
}

function nextOf(answer: Json): string | null {
  const link = listAt(answer, 'links').find(each => isJson(each) && textAt(each, 'rel') === 'next');
  return isJson(link) ? (textAt(link, 'href') ?? null) : null;
}

/**
 * Decodes WaterML-JSON of the USGS instantaneous value service (until 2027). The first method of a series goes under the site's
 * code, further ones under code:method. The series' noDataValue is a missing value.
 */
export function decodeUsgsWaterMl(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    for (const series of requireList(objectAt(parseJsonObject(text), 'value'), 'timeSeries', 'the USGS')) {
      if (!isJson(series)) {
        rows.refuse('GAUGE_ROW_MALFORMED', 'a series of the USGS is no object');
        continue;
      }
      const variable = objectAt(series, 'variable');
      const code = firstOf(variable, 'variableCode', 'value') ?? '';
      const site = firstOf(objectAt(series, 'sourceInfo'), 'siteCode', 'value');
      const missing = Number(textAt(variable, 'noDataValue') ?? NaN);
      const unit = textAt(objectAt(variable, 'unit'), 'unitCode') ?? '';
      listAt(series, 'values').forEach((method, k) => {
        const id = isJson(method) ? firstOf(method, 'method', 'methodID') : undefined;
        for (const point of isJson(method) ? listAt(method, 'value') : []) {
          const given = isJson(point) ? point : {};
          const timeText = textAt(given, 'dateTime') ?? '';
          const value = Number(textAt(given, 'value')) === missing ? null : given['value'];
          const station = k === 0 || site === undefined ? site : `${site}:${id ?? k}`;
          rows.take({
            station,
            variable: USGS_PARAMETERS.get(code),
            quantity: `parameter ${code}`,
            time: readTime(timeText),
            timeText,
            value,
            unit,
          });
        }
      });
    }
  });
}

function firstOf(json: Json, list: string, key: string): string | undefined {
  const first = listAt(json, list)[0];
  return isJson(first) ? textAt(first, key) : undefined;
}
