import type { Forecast } from '#contracts';
import { useMemo } from 'preact/hooks';
import { hydrographModel, type StationDetail } from '../charts/hydrograph-model.js';
import { formatDischarge, formatDuration, formatStamp, formatWhen } from '../format.js';
import type { Palette } from '../palette.js';
import { onlyFalls, sayPeak, sayTrend, type StationStanding } from '../situation.js';
import { ForecastInputs } from './forecast-inputs.js';
import { ForecastTable } from './forecast-table.js';
import { Hydrograph } from './hydrograph.js';
import { LevelBadge } from './level-badge.js';
import { QualityPanel } from './quality-panel.js';
import { sayStanding } from './station-marker.js';
import { ThresholdTable } from './threshold-table.js';
import type { Decide } from './verdict-form.js';

export interface StationPanelProps {
  readonly standing: StationStanding;
  readonly detail: StationDetail | null;
  readonly now: number;
  readonly palette: Palette;
  /** Of an input: rain or a station. */
  readonly nameOf: (input: string) => string;
  readonly onDecide: Decide;
}

/** One station: the numbers to act on, the hydrograph, what weakens the forecast, the thresholds. */
export function StationPanel({ standing, detail, now, palette, nameOf, onDecide }: StationPanelProps) {
  const { station } = standing;
  const model = useMemo(() => detail && hydrographModel(station, detail, now), [station, detail, now]);
  return (
    <section class="panel station-panel" id="station" aria-labelledby="station-name">
      <header class="station-head">
        <h2 id="station-name">{station.name}</h2>
        <span class="quiet">
          {station.river} · {station.gauged ? station.id : 'virtual station, ungauged'} · {Math.round(station.areaKm2)} km²
        </span>
      </header>
      <div class="tiles">
        <ObservedTile standing={standing} now={now} />
        <ForecastTile standing={standing} now={now} />
        <IssueTile standing={standing} forecast={detail?.forecast ?? null} now={now} />
      </div>
      <Degradations forecast={detail?.forecast ?? null} />
      {model ? (
        <Hydrograph
          model={model}
          palette={palette}
          summary={`Hydrograph of ${station.name}: ${sayStanding(standing)}. ${sayPeak(station, now)}`}
        />
      ) : (
        <div class="chart is-empty">Reading …</div>
      )}
      {station.gauged && detail && <QualityPanel detail={detail} now={now} onDecide={onDecide} />}
      <div class="station-tables">
        <ThresholdTable station={station} forecast={detail?.forecast ?? null} now={now} />
        {detail?.forecast && <ForecastTable forecast={detail.forecast} now={now} />}
        {detail?.forecast && <ForecastInputs forecast={detail.forecast} nameOf={nameOf} now={now} />}
      </div>
    </section>
  );
}

function ObservedTile({ standing, now }: { readonly standing: StationStanding; readonly now: number }) {
  const { station, observed } = standing;
  if (observed === null) return <Tile name="Observed" value="–" unit="" lines={['No gauge here: forecast only']} />;
  if (!station.observed)
    return <Tile name="Observed" value="–" unit="" badge={<LevelBadge condition="unknown" />} lines={['Nothing received']} />;
  const time = Date.parse(station.observed.validTime);
  const age = formatDuration(now - time);
  const lines =
    observed === 'unknown'
      ? [`Silent since ${formatStamp(time, now)}`, `${age} old`]
      : [`${formatStamp(time, now)}, ${age} old`, sayTrend(station).slice(2)];
  return (
    <Tile
      name={observed === 'unknown' ? 'Last observed' : 'Observed'}
      value={formatDischarge(station.observed.dischargeM3s)}
      unit="m³/s"
      badge={<LevelBadge condition={observed} />}
      lines={lines}
      old={observed === 'unknown'}
    />
  );
}

function ForecastTile({ standing, now }: { readonly standing: StationStanding; readonly now: number }) {
  const { forecast } = standing.station;
  if (!forecast) return <Tile name="Forecast peak" value="–" unit="" badge={<LevelBadge condition="unknown" />} lines={['None issued']} />;
  const time = Date.parse(forecast.peakTime);
  const silent = standing.forecast === 'unknown';
  return (
    <Tile
      name={silent ? 'Last forecast peak' : 'Forecast peak'}
      value={formatDischarge(forecast.peakM3s)}
      unit="m³/s"
      badge={<LevelBadge condition={standing.forecast} hollow />}
      lines={[
        `${formatDischarge(forecast.peakLowM3s)}–${formatDischarge(forecast.peakHighM3s)} in 90 %`,
        onlyFalls(forecast) ? 'falling from the start' : `${formatStamp(time, now)}, ${formatWhen(time, now)}`,
      ]}
      old={silent}
    />
  );
}

interface IssueTileProps {
  readonly standing: StationStanding;
  readonly forecast: Forecast | null;
  readonly now: number;
}

function IssueTile({ standing, forecast, now }: IssueTileProps) {
  if (!forecast) return <Tile name="Issued" value="–" unit="" lines={['No forecast yet']} />;
  const time = Date.parse(forecast.issueTime);
  const cutOff = Date.parse(forecast.cutOff);
  return (
    <Tile
      name="Issued (T0, UTC)"
      value={formatStamp(time, now)}
      unit=""
      lines={[`${formatWhen(time, now)}; cut-off ${formatStamp(cutOff, now)}`, outcomeOf(standing, forecast)]}
    />
  );
}

/** Complete is only said of a forecast that is still current. */
function outcomeOf(standing: StationStanding, forecast: Forecast): string {
  if (standing.forecast === 'unknown') return '! out of date';
  if (forecast.outcome === 'degraded') return '! degraded, see below';
  return forecast.degradations.length > 0 ? '✓ complete, with a remark' : '✓ complete';
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly badge?: preact.ComponentChild;
  readonly lines: readonly string[];
  readonly old?: boolean;
}

function Tile({ name, value, unit, badge, lines, old = false }: TileProps) {
  return (
    <div class={`tile${old ? ' is-old' : ''}`}>
      <h3>
        {name} {badge}
      </h3>
      <p class="big">
        {value} <small>{unit}</small>
      </p>
      {lines.filter(Boolean).map(line => (
        <p key={line} class="tile-line">
          {line}
        </p>
      ))}
    </div>
  );
}

function Degradations({ forecast }: { readonly forecast: Forecast | null }) {
  if (!forecast || forecast.degradations.length === 0) return null;
  return (
    <div class={`degradations is-${forecast.outcome}`} data-test="degradations">
      <h3>{forecast.outcome === 'degraded' ? '! This forecast is weakened by' : 'Remarks on this forecast'}</h3>
      <ul>
        {forecast.degradations.map(one => (
          <li key={`${one.code} ${one.subject}`}>{sentenceOf(one.message)}</li>
        ))}
      </ul>
    </div>
  );
}

const sentenceOf = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
