import { decodeAnswer, type GaugeDecoding, type GaugeReading } from './gauge-decoding.js';
import { readPeriod } from './read-period.js';
import { readTime } from './read-time.js';
import { USGS_PARAMETERS } from './usgs.js';
import { parseXmlRoot, type Element } from './xml.js';

/**
 * Decodes WaterML 2.0 time series. The quantity is the observed property's USGS code or title, the unit that of a point or the
 * default. A point that holds metadata only is named. Dates without a zone are the reading's.
 */
export function decodeWaterMl2(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const root = parseXmlRoot(text);
    const members = root.children('observationMember').flatMap(member => member.children('OM_Observation'));
    for (const observation of members.length > 0 ? members : root.children('OM_Observation')) {
      const property = observation.find('observedProperty');
      const station = stationOf(root, observation);
      const series = observation.find('result', 'MeasurementTimeseries');
      const usual = series?.find('defaultPointMetadata', 'DefaultTVPMeasurementMetadata', 'uom');
      const durationMs = readPeriod(
        series?.find('defaultPointMetadata', 'DefaultTVPMeasurementMetadata', 'aggregationDuration')?.text ?? '',
      );
      for (const point of series?.children('point') ?? []) {
        const pair = point.find('MeasurementTVP');
        const [time, value] = [pair?.find('time'), pair?.find('value')];
        if (time === undefined && value === undefined) {
          rows.refuse('GAUGE_ROW_MALFORMED', `a point of ${station ?? 'no station'} has neither time nor value, only metadata`);
          continue;
        }
        const missing = value?.attribute('nil') === 'true';
        const unit = unitOf(pair?.find('metadata', 'TVPMeasurementMetadata', 'uom') ?? usual);
        rows.take({
          ...{ station, variable: quantityOf(property), quantity: property?.attribute('title') ?? '', unit, durationMs },
          ...{
            time: readTime(time?.text ?? '', reading.zoneMinutes),
            timeText: time?.text ?? '',
            value: missing ? null : (value?.text ?? ''),
          },
        });
      }
    }
  });
}

const unitOf = (uom: Element | undefined): string => uom?.attribute('code') ?? uom?.attribute('title') ?? '';

function quantityOf(property: Element | undefined): 'Q' | 'H' | 'P' | undefined {
  const code = /parmCd=(\d{5})/.exec(property?.attribute('href') ?? '')?.[1];
  if (code !== undefined) return USGS_PARAMETERS.get(code);
  const title = `${property?.attribute('title') ?? ''} ${property?.attribute('href') ?? ''}`;
  if (/discharge|streamflow|river ?flow/i.test(title)) return 'Q';
  if (/precipitation|rainfall/i.test(title)) return 'P';
  return /stage|gage height|water ?level|river ?level/i.test(title) ? 'H' : undefined;
}

function stationOf(root: Element, observation: Element): string | undefined {
  const feature = observation.find('featureOfInterest');
  const point = feature?.find('MonitoringPoint');
  return (
    point?.find('identifier')?.text ??
    root.find('identifier')?.text ??
    point?.attribute('id') ??
    feature?.attribute('href') ??
    feature?.attribute('title')
  );
}
