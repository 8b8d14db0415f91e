import type { EChartsOption } from 'echarts';
import type { Palette } from '../palette.js';
import { dischargeCeiling, hydrographSeries } from './hydrograph-series.js';
import { hyetographSeries, rainCeiling } from './hyetograph-series.js';
import type { HydrographModel } from './hydrograph-model.js';
import { tooltipAt } from './hydrograph-tooltip.js';

export interface ChartLook {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
}

export const CHART_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** Below this width labels are short and ticks few, px. */
const NARROW = 560;
const RAIN_TOP = 24;
const BETWEEN = 32;
const BELOW = 26;
const HOUR_MS = 3_600_000;

/** Rain hanging from the top, discharge below it, one UTC time axis: the option ECharts draws. Pure: same model, same picture. */
export function hydrographOption(model: HydrographModel, look: ChartLook): EChartsOption {
  const narrow = look.width < NARROW;
  const rainHeight = Math.round(Math.min(90, look.height * 0.17));
  const frame = { narrow, plotHeight: look.height - RAIN_TOP - rainHeight - BETWEEN - BELOW };
  const side = { left: narrow ? 40 : 52, right: narrow ? 10 : 18 };
  return {
    useUTC: true,
    animation: false,
    textStyle: { fontFamily: CHART_FONT, color: look.palette.ink },
    grid: [
      { ...side, top: RAIN_TOP, height: rainHeight, outerBoundsMode: 'none' },
      { ...side, top: RAIN_TOP + rainHeight + BETWEEN, bottom: BELOW, outerBoundsMode: 'none' },
    ],
    xAxis: [timeAxis(model, look, { gridIndex: 0, labelled: false }), timeAxis(model, look, { gridIndex: 1, labelled: true })],
    yAxis: [rainAxis(model, look), dischargeAxis(model, look)],
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: look.palette.quiet } },
    tooltip: tooltipOf(model, look),
    series: [...hyetographSeries(model, look.palette, narrow), ...hydrographSeries(model, look.palette, frame)],
  };
}

function timeAxis(model: HydrographModel, look: ChartLook, place: { readonly gridIndex: number; readonly labelled: boolean }) {
  return {
    type: 'time' as const,
    gridIndex: place.gridIndex,
    min: model.from,
    max: model.to,
    axisLine: { show: place.labelled, onZero: false, lineStyle: { color: look.palette.quiet } },
    axisTick: { show: place.labelled, lineStyle: { color: look.palette.quiet } },
    splitLine: { show: true, lineStyle: { color: look.palette.line } },
    minInterval: (look.width < NARROW ? 13 : 7) * HOUR_MS,
    maxInterval: (look.width < NARROW ? 13 : 7) * HOUR_MS,
    axisLabel: {
      show: place.labelled,
      color: look.palette.quiet,
      fontSize: 11,
      hideOverlap: true,
      alignMaxLabel: 'right' as const,
      formatter: { year: '{ee} {d} {MMM}', month: '{ee} {d} {MMM}', day: '{bold|{ee} {d} {MMM}}', hour: '{HH}:{mm}', minute: '{HH}:{mm}' },
      rich: { bold: { fontWeight: 'bold' as const, color: look.palette.ink, fontSize: 11 } },
    },
  };
}

function rainAxis(model: HydrographModel, look: ChartLook) {
  const max = rainCeiling(model.rain);
  return {
    type: 'value' as const,
    gridIndex: 0,
    inverse: true,
    min: 0,
    max,
    interval: max / 2,
    name: 'Rain over the basin, mm/h',
    nameLocation: 'start' as const,
    nameGap: 10,
    nameTextStyle: { color: look.palette.quiet, fontSize: 11, align: 'left' as const, padding: [0, 0, 0, look.width < NARROW ? -32 : -44] },
    axisLabel: { color: look.palette.quiet, fontSize: 11 },
    splitLine: { lineStyle: { color: look.palette.line } },
  };
}

function dischargeAxis(model: HydrographModel, look: ChartLook) {
  return {
    type: 'value' as const,
    gridIndex: 1,
    min: 0,
    max: dischargeCeiling(model),
    name: 'Discharge, m³/s',
    nameLocation: 'end' as const,
    nameGap: 9,
    nameTextStyle: { color: look.palette.quiet, fontSize: 11, align: 'left' as const, padding: [0, 0, 0, look.width < NARROW ? -32 : -44] },
    axisLabel: { color: look.palette.quiet, fontSize: 11 },
    splitLine: { lineStyle: { color: look.palette.line } },
  };
}

function tooltipOf(model: HydrographModel, look: ChartLook) {
  return {
    trigger: 'axis' as const,
    confine: true,
    backgroundColor: look.palette.panel,
    borderColor: look.palette.line,
    textStyle: { color: look.palette.ink, fontSize: 12, fontFamily: CHART_FONT },
    axisPointer: { type: 'line' as const, snap: false },
    formatter: (parameters: unknown): string => tooltipAt(model, axisTimeOf(parameters) ?? model.now),
  };
}

/** ECharts hands the series under the pointer; all of them share the time of the axis. */
function axisTimeOf(parameters: unknown): number | undefined {
  const first: unknown = Array.isArray(parameters) ? parameters[0] : parameters;
  if (typeof first !== 'object' || first === null || !('axisValue' in first)) return undefined;
  return typeof first.axisValue === 'number' ? first.axisValue : undefined;
}
