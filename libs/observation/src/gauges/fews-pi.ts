import { decodeAnswer, type GaugeDecoding, type GaugeReading, type GaugeRows } from './gauge-decoding.js';
import { isJson, listAt, objectAt, parseJsonObject, requireList, textAt } from './json.js';
import { readPeriod } from './read-period.js';
import { readTime } from './read-time.js';
import { parseXmlRoot, type Element } from './xml.js';

/** Flags of Delft-FEWS from which the sender itself does not trust a value (6 to 8), and the one of a missing value. */
const UNRELIABLE = 6;
const MISSING = 9;

interface Series {
  readonly location: string | undefined;
  readonly parameter: string;
  readonly unit: string;
  readonly missing: number;
  readonly zoneMinutes: number;
  /** Of its time step; undefined where that is not equidistant. */
  readonly durationMs: number | undefined;
  /** The header has a forecastDate: the series was computed, not measured. */
  readonly simulated: boolean;
}

/** Decodes PI-JSON time series of the Delft-FEWS web service; every number in it is a text. */
export function decodePiJson(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const answer = parseJsonObject(text);
    const zoneMinutes = zoneOf(textAt(answer, 'timeZone'), reading);
    for (const each of requireList(answer, 'timeSeries', 'Delft-FEWS')) {
      const header = isJson(each) ? objectAt(each, 'header') : {};
      const timeStep = objectAt(header, 'timeStep');
      const durationMs = stepOf(name => textAt(timeStep, name));
      const series = seriesOf(name => textAt(header, name), { zoneMinutes, simulated: 'forecastDate' in header, durationMs });
      for (const event of isJson(each) ? listAt(each, 'events') : []) {
        takeEvent(rows, series, name => (isJson(event) ? textAt(event, name) : undefined));
      }
    }
  });
}

/** Decodes PI-XML time series (fews/PI). */
export function decodePiXml(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const root = parseXmlRoot(text);
    const zoneMinutes = zoneOf(root.find('timeZone')?.text, reading);
    for (const each of root.children('series')) {
      const header: Element | undefined = each.find('header');
      const timeStep = header?.find('timeStep');
      const [simulated, durationMs] = [header?.find('forecastDate') !== undefined, stepOf(name => timeStep?.attribute(name))];
      const series = seriesOf(name => header?.find(name)?.text, { zoneMinutes, simulated, durationMs });
      for (const event of each.children('event')) takeEvent(rows, series, name => event.attribute(name));
    }
  });
}

/** Hours east of Greenwich, as the file says; else as the source is set. */
function zoneOf(hours: string | undefined, { zoneMinutes }: GaugeReading): number {
  const said = Number(hours ?? NaN);
  return Number.isFinite(said) && Math.abs(said) <= 14 ? said * 60 : (zoneMinutes ?? 0);
}

/** The length of a time step such as second × 900 or hour × 1. */
function stepOf(field: (name: string) => string | undefined): number | undefined {
  return readPeriod(`${field('multiplier') ?? '1'} ${field('unit') ?? ''}`);
}

function seriesOf(field: (name: string) => string | undefined, rest: Pick<Series, 'zoneMinutes' | 'simulated' | 'durationMs'>): Series {
  return {
    ...{ location: field('locationId'), parameter: field('parameterId') ?? '', unit: field('units') ?? '' },
    missing: Number(field('missVal') ?? NaN),
    ...rest,
  };
}

function takeEvent(rows: GaugeRows, series: Series, field: (name: string) => string | undefined): void {
  const { location, parameter, unit, missing, zoneMinutes, simulated, durationMs } = series;
  const timeText = `${field('date') ?? ''}T${field('time') ?? ''}`;
  const what = `${parameter} of ${location ?? 'no location'} at ${timeText.slice(0, 40)}`;
  const flag = Number(field('flag') ?? 0);
  if (simulated) {
    rows.refuse('GAUGE_NOT_MEASURED', `${what} is a forecast (it has a forecastDate), no reading`);
    return;
  }
  if (flag >= UNRELIABLE && flag < MISSING) {
    rows.refuse('GAUGE_UNRELIABLE_AT_SOURCE', `${what} is marked unreliable by its sender (flag ${flag})`);
    return;
  }
  const value = field('value') ?? '';
  const gone = flag === MISSING || value === 'NaN' || Number(value) === missing;
  rows.take({
    ...{ station: location, variable: quantityOf(parameter, rows.reading), quantity: parameter, unit, durationMs },
    ...{ time: readTime(timeText, zoneMinutes), timeText, value: gone ? null : value },
  });
}

/** As the source maps it; unmapped, Q, H and P with any suffix ("Q.obs", "H_meas", "P.obs"). */
function quantityOf(parameter: string, { parameters = {} }: GaugeReading): 'Q' | 'H' | 'P' | undefined {
  if (Object.hasOwn(parameters, parameter)) return parameters[parameter];
  const letter = /^([QHP])(?:[._-]|$)/.exec(parameter)?.[1];
  return letter === 'Q' || letter === 'H' || letter === 'P' ? letter : undefined;
}
