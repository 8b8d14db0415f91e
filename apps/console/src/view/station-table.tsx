import { formatDischarge, formatDuration, formatStamp } from '../format.js';
import type { Condition } from '../palette.js';
import { hashOf } from '../route.js';
import type { StationStanding } from '../situation.js';
import { LevelGlyph } from './level-badge.js';
import { LEVEL_MARKS } from '../level-mark.js';

export interface StationTableProps {
  readonly standings: readonly StationStanding[];
  readonly selected: string | null;
  readonly now: number;
}

/** Every station with its worst level, observed and forecast; most urgent first. Says what the map says, without colour. */
export function StationTable({ standings, selected, now }: StationTableProps) {
  return (
    <table class="stations" data-test="stations">
      <thead>
        <tr>
          <th scope="col">Station</th>
          <th scope="col" class="number">
            Observed <small>m³/s</small>
          </th>
          <th scope="col" class="number">
            Forecast peak <small>m³/s</small>
          </th>
        </tr>
      </thead>
      <tbody>
        {standings.map(standing => (
          <StationRow key={standing.station.id} standing={standing} selected={standing.station.id === selected} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function StationRow({ standing, selected, now }: { readonly standing: StationStanding; readonly selected: boolean; readonly now: number }) {
  const { station } = standing;
  return (
    <tr class={selected ? 'is-selected' : ''} data-station={station.id} data-condition={standing.worst}>
      <th scope="row">
        <a href={hashOf({ station: station.id })} aria-current={selected ? 'true' : undefined}>
          <span class="name">{station.name}</span>
          <small>{station.gauged ? station.id : 'ungauged'}</small>
        </a>
      </th>
      <td class="number">
        <ObservedCell standing={standing} now={now} />
      </td>
      <td class="number">
        <ForecastCell standing={standing} now={now} />
      </td>
    </tr>
  );
}

function ObservedCell({ standing, now }: { readonly standing: StationStanding; readonly now: number }) {
  const { station, observed } = standing;
  if (observed === null) return <span class="quiet">no gauge</span>;
  if (!station.observed) return <Value condition="unknown" value="–" note="nothing received" />;
  const age = formatDuration(now - Date.parse(station.observed.validTime));
  const silent = observed === 'unknown';
  return (
    <Value
      condition={observed}
      value={formatDischarge(station.observed.dischargeM3s)}
      trend={silent ? '' : arrowOf(station.observed.changeM3sPerHour, station.observed.dischargeM3s)}
      note={silent ? `silent for ${age}` : `${age} old`}
      old={silent}
    />
  );
}

function ForecastCell({ standing, now }: { readonly standing: StationStanding; readonly now: number }) {
  const { forecast } = standing.station;
  if (!forecast) return <Value condition="unknown" value="–" note="none issued" hollow />;
  const silent = standing.forecast === 'unknown';
  const note = silent
    ? `issued ${formatDuration(now - Date.parse(forecast.issueTime))} ago`
    : `${formatStamp(Date.parse(forecast.peakTime), now)}${forecast.degraded ? ' · degraded' : ''}`;
  return <Value condition={standing.forecast} value={formatDischarge(forecast.peakM3s)} note={note} old={silent} hollow />;
}

interface ValueProps {
  readonly condition: Condition;
  readonly value: string;
  readonly note: string;
  readonly trend?: string;
  readonly old?: boolean;
  readonly hollow?: boolean;
}

function Value({ condition, value, note, trend = '', old = false, hollow = false }: ValueProps) {
  return (
    <span class={`value${old ? ' is-old' : ''}`}>
      <b>
        {value}
        {trend && <i class="trend">{trend}</i>}
      </b>
      <LevelGlyph condition={condition} hollow={hollow} size={18} />
      <span class="hidden">{LEVEL_MARKS[condition].word}</span>
      <small>{note}</small>
    </span>
  );
}

/** ↑ and ↓ only where the change is more than a per cent an hour. */
function arrowOf(change: number | null, value: number): string {
  if (change === null || Math.abs(change) < Math.max(0.02, 0.01 * value)) return '';
  return change > 0 ? '↑' : '↓';
}
