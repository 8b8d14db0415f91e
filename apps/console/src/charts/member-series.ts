import type { LineSeriesOption } from 'echarts';
import type { Palette } from '../palette.js';
import type { HydrographModel } from './hydrograph-model.js';

const DOTS = [1, 3];

/** What networks beside the model say: thin and dotted, each named at its end, so that nobody takes one for the forecast. */
export function memberSeries({ members }: HydrographModel, palette: Palette): LineSeriesOption[] {
  return members.map(({ name, points }) => ({
    type: 'line',
    name: `Beside the model: ${name}`,
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: points.map(({ time, value }) => [time, value]),
    symbol: 'none',
    silent: true,
    z: 3,
    lineStyle: { color: palette.quiet, width: 1.5, type: DOTS },
    endLabel: { show: true, formatter: name, color: palette.quiet, fontSize: 10.5, textBorderColor: palette.panel, textBorderWidth: 3 },
  }));
}
