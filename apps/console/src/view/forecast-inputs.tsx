import type { Forecast } from '#contracts';
import { formatDuration, formatStamp, sayAdjustment } from '../format.js';

export interface ForecastInputsProps {
  readonly forecast: Forecast;
  /** Of an input: rain or a station. */
  readonly nameOf: (input: string) => string;
  readonly now: number;
}

/** How old what the forecast was made from was when it was made: ages do not grow as the page stands open. */
export function ForecastInputs({ forecast, nameOf, now }: ForecastInputsProps) {
  return (
    <details class="values" data-test="forecast-inputs">
      <summary>What this forecast knew</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col">Newest used (UTC)</th>
            <th scope="col" class="number">
              Age at {formatStamp(Date.parse(forecast.cutOff), now)}
            </th>
          </tr>
        </thead>
        <tbody>
          {forecast.inputAges.map(({ input, newest, ageMinutes }) => (
            <tr key={input}>
              <th scope="row">{input === 'rain-gauges' ? 'Rain gauges' : nameOf(input)}</th>
              <td>{newest === null ? '–' : formatStamp(Date.parse(newest), now)}</td>
              <td class="number">{ageMinutes === null ? 'nothing in the window' : formatDuration(ageMinutes * 60_000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {forecast.rainAdjustment && <p data-test="rain-adjustment">{sayAdjustment(forecast.rainAdjustment)}</p>}
    </details>
  );
}
