import type { Forecast, StationThreshold, StationView } from '#contracts';
import { formatChance, formatDischarge, formatStamp, formatWhen } from '../format.js';
import { LevelBadge } from './level-badge.js';

export interface ThresholdTableProps {
  readonly station: StationView;
  readonly forecast: Forecast | null;
  readonly now: number;
}

/** Each level with its chance in the forecast and when the median crosses it. */
export function ThresholdTable({ station, forecast, now }: ThresholdTableProps) {
  if (station.thresholds.length === 0) return <p class="note">No thresholds are set for this station: no alert can be raised here.</p>;
  return (
    <table class="thresholds">
      <caption>Thresholds: Freshet’s own return levels, no official warning levels</caption>
      <thead>
        <tr>
          <th scope="col">Level</th>
          <th scope="col" class="number">
            m³/s
          </th>
          <th scope="col" class="number return">
            Return
          </th>
          <th scope="col" class="number">
            Chance in 24 h
          </th>
          <th scope="col">Median crosses</th>
        </tr>
      </thead>
      <tbody>
        {[...station.thresholds].reverse().map(threshold => (
          <ThresholdRow
            key={threshold.level}
            threshold={threshold}
            first={forecast?.values[0] ? Date.parse(forecast.values[0].validTime) : null}
            exceedance={forecast?.exceedances.find(one => one.level === threshold.level)}
            now={now}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ThresholdRowProps {
  readonly threshold: StationThreshold;
  readonly exceedance: Forecast['exceedances'][number] | undefined;
  /** First valid time of the forecast. */
  readonly first: number | null;
  readonly now: number;
}

function ThresholdRow({ threshold, exceedance, first, now }: ThresholdRowProps) {
  const crossing = exceedance?.firstCrossing ? Date.parse(exceedance.firstCrossing) : null;
  return (
    <tr title={threshold.provenance}>
      <th scope="row">
        <LevelBadge condition={threshold.level} />
      </th>
      <td class="number">
        {formatDischarge(threshold.dischargeM3s)}
        <small>
          {formatDischarge(threshold.lowM3s)}–{formatDischarge(threshold.highM3s)}
        </small>
      </td>
      <td class="number return">{threshold.returnPeriodYears} years</td>
      <td class="number strong">{exceedance ? formatChance(exceedance.probability) : '–'}</td>
      <td>
        {sayCrossing(crossing, first, now)}
        {crossing !== null && crossing !== first && <small>{formatWhen(crossing, now)}</small>}
      </td>
    </tr>
  );
}

/** A crossing in the first step is none to wait for. */
function sayCrossing(crossing: number | null, first: number | null, now: number): string {
  if (crossing === null) return 'no';
  return crossing === first ? 'above from the start' : formatStamp(crossing, now);
}
