import { formatDay, formatDischarge, formatTime } from '../format.js';
import type { BandPoint, HydrographModel, ObservedPoint } from './hydrograph-model.js';

const OBSERVED_REACH_MS = 45 * 60_000;
const FORECAST_REACH_MS = 10 * 60_000;

/** What is known about one time, as the HTML of a tooltip. Built from numbers only: nothing from outside reaches the markup. */
export function tooltipAt(model: HydrographModel, time: number): string {
  const observed = nearest(model.observed, time, OBSERVED_REACH_MS);
  const forecast = nearest(model.forecast, time, FORECAST_REACH_MS);
  const shown = forecast?.time ?? observed?.time ?? time;
  const rain = model.rain.find(step => time > step.from && time <= step.to);
  const rows = [
    observed?.value === undefined || observed.value === null
      ? ''
      : row(`Observed ${formatTime(observed.time)}`, `${formatDischarge(observed.value)} m³/s${observed.doubtful ? ', doubtful' : ''}`),
    ...(forecast ? forecastRows(forecast) : []),
    rain ? row(rain.future ? 'Rain assumed' : 'Rain', `${rain.mmPerHour.toFixed(1)} mm/h`) : '',
  ];
  return `<b>${formatDay(shown)} ${formatTime(shown)} UTC</b><table class="tip">${rows.join('')}</table>`;
}

const row = (name: string, value: string): string => `<tr><td>${name}</td><td>${value}</td></tr>`;

const forecastRows = (one: BandPoint): string[] => [
  row('Forecast', `<b>${formatDischarge(one.q50)} m³/s</b>`),
  row('50 % band', `${formatDischarge(one.q25)} – ${formatDischarge(one.q75)}`),
  row('90 % band', `${formatDischarge(one.q05)} – ${formatDischarge(one.q95)}`),
];

function nearest<T extends ObservedPoint | BandPoint>(points: readonly T[], time: number, reachMs: number): T | undefined {
  let best: T | undefined;
  for (const point of points) if (!best || Math.abs(point.time - time) < Math.abs(best.time - time)) best = point;
  return best && Math.abs(best.time - time) <= reachMs ? best : undefined;
}
