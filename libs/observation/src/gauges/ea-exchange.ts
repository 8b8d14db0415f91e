import { decodeAnswer, type GaugeDecoding, type GaugeReading } from './gauge-decoding.js';
import { readPeriod } from './read-period.js';
import { readTime } from './read-time.js';
import { parseXmlRoot } from './xml.js';

const QUANTITIES: ReadonlyMap<string, 'Q' | 'H' | 'P'> = new Map([
  ['Water Level', 'H'],
  ['Flow', 'Q'],
  ['Rainfall', 'P'],
]);

/** Decodes EATimeSeriesDataExchangeFormat, which telemetry and the NFFS export. Forecasts in it are named: they are no readings. */
export function decodeEaExchange(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    for (const station of parseXmlRoot(text).children('Station')) {
      for (const set of station.children('SetofValues')) {
        const reference = station.attribute('stationReference');
        const quantity = set.attribute('parameter') ?? '';
        const qualifier = set.attribute('qualifier') ?? '';
        const main = qualifier === '' || qualifier === 'Stage' || ['Q', 'P'].includes(QUANTITIES.get(quantity) ?? '');
        for (const value of set.children('Value')) {
          const timeText = `${value.attribute('date') ?? ''}T${value.attribute('time') ?? ''}`;
          if (set.attribute('characteristic') === 'Forecast') {
            rows.refuse(
              'GAUGE_NOT_MEASURED',
              `${quantity} of ${reference ?? 'no station'} at ${timeText.slice(0, 40)} is a forecast, no reading`,
            );
            continue;
          }
          rows.take({
            station: main || reference === undefined ? reference : `${reference}:${qualifier.toLowerCase()}`,
            ...{ variable: QUANTITIES.get(quantity), quantity, time: readTime(timeText, reading.zoneMinutes), timeText },
            ...{ value: value.text, unit: set.attribute('units') ?? '', durationMs: readPeriod(set.attribute('period') ?? '') },
          });
        }
      }
    }
  });
}
