import type { LineSeriesOption } from 'echarts';
import { formatTime } from '../format.js';
import type { Palette } from '../palette.js';
import type { EarlierForecast, HydrographModel } from './hydrograph-model.js';

/** The younger the longer the dash; the key below the chart draws the same. */
export const EARLIER_DASHES: readonly number[][] = [
  [9, 4],
  [4, 4],
  [1.5, 3.5],
];

const LABEL_PX = 14;

interface Scale {
  readonly ceiling: number;
  /** Height of the discharge panel, px. */
  readonly plotHeight: number;
}

/** Earlier forecasts, thin and broken, each with its issue time at its coming peak, where they differ most. */
export function earlierSeries(model: HydrographModel, palette: Palette, scale: Scale): LineSeriesOption[] {
  const reference = model.issueTime ?? model.now;
  const peaks = model.earlier.map(one => comingPeak(one, reference));
  const drops = spreadLabels(
    peaks.map(peak => (1 - peak.value / scale.ceiling) * scale.plotHeight),
    scale.plotHeight,
  );
  return model.earlier.map((one, index) => ({
    type: 'line',
    name: `Issued ${formatTime(one.issueTime)}`,
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: one.points.map(point =>
      pointOf(point, point === peaks[index], { text: formatTime(one.issueTime), drop: drops[index] ?? 0, palette }),
    ),
    showAllSymbol: true,
    silent: true,
    z: 3,
    lineStyle: { color: palette.earlier, width: 1.5, type: EARLIER_DASHES[index] ?? [2, 4] },
    itemStyle: { color: palette.earlier },
  }));
}

type Point = EarlierForecast['points'][number];

function comingPeak(one: EarlierForecast, reference: number): Point {
  const coming = one.points.filter(point => point.time >= reference);
  return coming.reduce((highest, point) => (point.value > highest.value ? point : highest), coming[0] ?? { time: reference, value: 0 });
}

/**
 * How far each label moves down from its point, px from the top, so that none covers another. They stand below their points, the highest
 * first; where that would reach the axis, the whole pile moves up, above the points.
 */
export function spreadLabels(positions: readonly number[], plotHeight: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
  const placed = positions.map(() => 0);
  let free = -Infinity;
  for (const index of order) {
    placed[index] = Math.max((positions[index] ?? 0) + LABEL_PX, free);
    free = (placed[index] ?? 0) + LABEL_PX;
  }
  const lowest = free - LABEL_PX;
  const room = plotHeight - LABEL_PX;
  const lift = lowest > room ? lowest - Math.min(...positions) + LABEL_PX : 0;
  return placed.map((position, index) => position - (positions[index] ?? 0) - lift);
}

interface PeakLabel {
  readonly text: string;
  readonly drop: number;
  readonly palette: Palette;
}

const pointOf = (point: Point, labelled: boolean, label: PeakLabel) =>
  labelled
    ? { value: [point.time, point.value], symbol: 'circle', symbolSize: 3, label: labelOption(label) }
    : { value: [point.time, point.value], symbol: 'none' };

const labelOption = ({ text, drop, palette }: PeakLabel) => ({
  show: true,
  formatter: text,
  position: 'inside' as const,
  // Right of its point: a falling forecast peaks at T0, whose line would run through the words.
  offset: [20, drop],
  color: palette.ink,
  fontSize: 10.5,
  textBorderColor: palette.panel,
  textBorderWidth: 3,
});
