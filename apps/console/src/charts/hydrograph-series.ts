import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts';
import { formatDischarge, formatTime } from '../format.js';
import type { Palette } from '../palette.js';
import { earlierSeries } from './earlier-series.js';
import type { BandPoint, HydrographModel, ThresholdLine } from './hydrograph-model.js';
import { memberSeries } from './member-series.js';

/** How the chart is laid out on the screen, px. */
export interface ChartFrame {
  readonly narrow: boolean;
  /** Height of the discharge panel. */
  readonly plotHeight: number;
}

type Series = LineSeriesOption | ScatterSeriesOption | CustomSeriesOption;

const FLOW = { xAxisIndex: 1, yAxisIndex: 1 } as const;
/** Hourly gauges: a line across a longer silence would invent water that nobody measured. */
const GAP_MS = 2 * 3_600_000;
const DASHES: Readonly<Record<ThresholdLine['level'], number[] | 'solid'>> = { yellow: [2, 3], orange: [7, 4], red: 'solid' };
/** Everything below the rain: bands, earlier forecasts, thresholds, median, observations, the two vertical marks. */
export function hydrographSeries(model: HydrographModel, palette: Palette, frame: ChartFrame): Series[] {
  return [
    band('90 % band', model.forecast, { low: one => one.q05, high: one => one.q95, fill: palette.band90 }),
    band('50 % band', model.forecast, { low: one => one.q25, high: one => one.q75, fill: palette.band50 }),
    ...earlierSeries(model, palette, { ceiling: dischargeCeiling(model), plotHeight: frame.plotHeight }),
    ...memberSeries(model, palette),
    median(model.forecast, palette),
    observedLine(model, palette),
    observedPoints(model, palette),
    marks(model, palette, frame.narrow),
  ];
}

/** From this share of the next threshold on, the axis reaches up to it; below, a low river would be a flat line under an empty chart. */
const NEAR_THRESHOLD = 0.3;

/** Top of the discharge axis: all that is drawn and, once it comes near, the next threshold, so that the distance to it can be seen. */
export function dischargeCeiling(model: HydrographModel): number {
  const highest = highestOf(model);
  const next = nextThreshold(model);
  if (!next) return niceCeiling(highest * 1.04);
  const near = highest >= NEAR_THRESHOLD * next.discharge;
  return niceCeiling(Math.max(highest * 1.04, near ? next.discharge * 1.06 : NEAR_THRESHOLD * next.discharge));
}

const highestOf = (model: HydrographModel): number =>
  Math.max(
    0.1,
    ...model.observed.map(one => one.value ?? 0),
    ...model.forecast.map(one => one.q95),
    ...[...model.earlier, ...model.members].flatMap(one => one.points.map(point => point.value)),
  );

/** The lowest threshold above everything that is drawn. */
function nextThreshold(model: HydrographModel): ThresholdLine | undefined {
  const highest = highestOf(model);
  return model.thresholds.filter(one => one.discharge >= highest).sort((a, b) => a.discharge - b.discharge)[0];
}

/** Where the next threshold lies above the axis, its name says so at the top. */
function thresholdAbove(model: HydrographModel, palette: Palette) {
  const next = nextThreshold(model);
  const ceiling = dischargeCeiling(model);
  if (!next || next.discharge <= ceiling) return [];
  const formatter = `↑ ${next.level} at ${formatDischarge(next.discharge)}, above this scale`;
  return [
    {
      yAxis: ceiling,
      lineStyle: { width: 0 },
      label: { position: 'insideStartBottom' as const, formatter, color: palette.quiet, fontSize: 11, distance: 4 },
    },
  ];
}

function niceCeiling(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(one => one * unit >= value) ?? 10;
  return Number((factor * unit).toPrecision(3));
}

interface BandLook {
  readonly low: (one: BandPoint) => number;
  readonly high: (one: BandPoint) => number;
  readonly fill: string;
}

function band(name: string, points: readonly BandPoint[], look: BandLook): CustomSeriesOption {
  return {
    type: 'custom',
    name,
    ...FLOW,
    clip: true,
    silent: true,
    data: points.length > 1 ? [[points[0]!.time, points.at(-1)!.time]] : [],
    encode: { x: [0, 1] },
    renderItem: (_, api) => {
      const upper = points.map(one => api.coord([one.time, look.high(one)]));
      const lower = points.map(one => api.coord([one.time, look.low(one)])).reverse();
      return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill: look.fill } };
    },
  };
}

function median(points: readonly BandPoint[], palette: Palette): LineSeriesOption {
  return {
    type: 'line',
    name: 'Forecast',
    ...FLOW,
    data: points.map(one => [one.time, one.q50]),
    symbol: 'none',
    z: 5,
    lineStyle: { color: palette.forecast, width: 2.5 },
    itemStyle: { color: palette.forecast },
  };
}

/** A thin line joins neighbouring values only. */
function observedLine(model: HydrographModel, palette: Palette): LineSeriesOption {
  const data: [number, number | null][] = [];
  for (const point of model.observed) {
    const last = data.at(-1);
    if (last && point.time - last[0] > GAP_MS) data.push([last[0] + 1, null]);
    data.push([point.time, point.value]);
  }
  return {
    type: 'line',
    name: 'Observed',
    ...FLOW,
    data,
    symbol: 'none',
    connectNulls: false,
    z: 6,
    lineStyle: { color: palette.observed, width: 1.2 },
    itemStyle: { color: palette.observed },
  };
}

function observedPoints(model: HydrographModel, palette: Palette): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: 'Observed',
    ...FLOW,
    z: 7,
    symbolSize: 5.5,
    data: model.observed
      .filter(one => one.value !== null)
      .map(one => ({
        value: [one.time, one.value ?? 0],
        itemStyle: one.doubtful
          ? { color: palette.panel, borderColor: palette.observed, borderWidth: 1.4 }
          : { color: palette.observed, borderColor: palette.panel, borderWidth: 0.8 },
      })),
  };
}

/** Thresholds across, issue time and now upright; a series of their own so that they exist without any data. */
function marks(model: HydrographModel, palette: Palette, narrow: boolean): LineSeriesOption {
  const top = dischargeCeiling(model);
  const thresholds = model.thresholds.filter(one => one.discharge <= top).map(one => thresholdMark(one, palette, narrow));
  return {
    type: 'line',
    ...FLOW,
    data: [],
    silent: true,
    z: 4,
    markArea: {
      silent: true,
      itemStyle: { color: palette.future },
      data: [[{ xAxis: model.issueTime ?? model.now }, { xAxis: model.to }]],
    },
    markLine: { silent: true, symbol: 'none', data: [...thresholds, ...thresholdAbove(model, palette), ...timeMarks(model, palette)] },
  };
}

function thresholdMark(line: ThresholdLine, palette: Palette, narrow: boolean) {
  const word = line.level[0]!.toUpperCase() + line.level.slice(1);
  const period = narrow ? '' : ` · ${line.returnPeriodYears}-year`;
  return {
    yAxis: line.discharge,
    lineStyle: { color: palette[line.level], width: 2, type: DASHES[line.level] },
    label: {
      position: 'insideStartTop' as const,
      formatter: `${word} ${formatDischarge(line.discharge)}${period}`,
      color: palette.ink,
      fontSize: 11,
      fontWeight: 'bold' as const,
      distance: 2,
    },
  };
}

function timeMarks(model: HydrographModel, palette: Palette) {
  const issued =
    model.issueTime === null
      ? []
      : [upright(model.issueTime, { text: `T0 ${formatTime(model.issueTime)}`, color: palette.forecast, type: 'solid', align: 'right' })];
  return [...issued, upright(model.now, { text: `now ${formatTime(model.now)}`, color: palette.ink, type: [3, 3], align: 'left' })];
}

interface UprightLook {
  readonly text: string;
  readonly color: string;
  readonly type: 'solid' | number[];
  readonly align: 'left' | 'right';
}

const upright = (time: number, look: UprightLook) => ({
  xAxis: time,
  lineStyle: { color: look.color, width: 1.4, type: look.type },
  label: {
    position: 'end' as const,
    formatter: look.text,
    color: look.color,
    fontSize: 11,
    fontWeight: 'bold' as const,
    align: look.align,
    distance: 4,
    padding: look.align === 'left' ? [0, 0, 0, 3] : [0, 3, 0, 0],
  },
});
