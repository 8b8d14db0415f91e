import type { Forecast } from '#contracts';
import { formatDischarge, formatStamp } from '../format.js';

const HOUR_MS = 3_600_000;

/** The forecast by the hour: every value the chart shows can be read without it. */
export function ForecastTable({ forecast, now }: { readonly forecast: Forecast; readonly now: number }) {
  const hourly = forecast.values.filter(one => Date.parse(one.validTime) % HOUR_MS === 0);
  return (
    <details class="values">
      <summary>Forecast by the hour</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Valid (UTC)</th>
            <th scope="col" class="number">
              Median
            </th>
            <th scope="col" class="number">
              50 %
            </th>
            <th scope="col" class="number">
              90 %
            </th>
          </tr>
        </thead>
        <tbody>
          {hourly.map(one => (
            <tr key={one.validTime}>
              <th scope="row">{formatStamp(Date.parse(one.validTime), now)}</th>
              <td class="number strong">{formatDischarge(one.q50M3s)}</td>
              <td class="number">
                {formatDischarge(one.q25M3s)}–{formatDischarge(one.q75M3s)}
              </td>
              <td class="number">
                {formatDischarge(one.q05M3s)}–{formatDischarge(one.q95M3s)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <a href={`v1/stations/${encodeURIComponent(forecast.station)}/forecast?format=csv`}>Download as CSV, every 15 minutes</a>
    </details>
  );
}
