import { isJson, parseJsonObject, requireList, textAt, type Json } from './json.js';
import { decodeAnswer, type GaugeDecoding, type GaugeReading } from './gauge-decoding.js';
import { readTime } from './read-time.js';

const UNIT = { Q: 'l/s', H: 'mm' } as const;

/**
 * Decodes a page of Hub'Eau hydrometry v2 `observations_tr` (discharge in l/s, stage in mm, times UTC). A row of a site repeats
 * that of its station and is named as such; where a site has no station row, it counts under the site's code.
 */
export function decodeHubeau(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const answer = parseJsonObject(text);
    const data = requireList(answer, 'data', "Hub'Eau");
    rows.next = textAt(answer, 'next') ?? null;
    const stationRows = keysOfStationRows(data);
    for (const row of data) {
      if (!isJson(row)) rows.refuse('GAUGE_ROW_MALFORMED', "a row of Hub'Eau is no object");
      else if (textAt(row, 'code_station') === undefined && stationRows.has(keyOf(row))) {
        const what = `${textAt(row, 'grandeur_hydro') ?? 'a value'} of site ${textAt(row, 'code_site') ?? ''} at ${textAt(row, 'date_obs') ?? ''}`;
        rows.refuse('GAUGE_DUPLICATE', `${what} repeats that of its station; ask for the station's code`);
      } else {
        const timeText = textAt(row, 'date_obs') ?? '';
        const quantity = textAt(row, 'grandeur_hydro') ?? '';
        const variable = quantity === 'Q' || quantity === 'H' ? quantity : undefined;
        const unit = variable === undefined ? '' : UNIT[variable];
        const station = textAt(row, 'code_station') ?? textAt(row, 'code_site');
        rows.take({ station, variable, quantity, time: readTime(timeText), timeText, value: row['resultat_obs'], unit });
      }
    }
  });
}

const keyOf = (row: Json): string =>
  `${textAt(row, 'code_site') ?? ''} ${textAt(row, 'grandeur_hydro') ?? ''} ${textAt(row, 'date_obs') ?? ''}`;

function keysOfStationRows(data: readonly unknown[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const row of data) if (isJson(row) && textAt(row, 'code_station') !== undefined) keys.add(keyOf(row));
  return keys;
}
