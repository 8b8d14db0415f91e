import type { CustomSeriesOption } from 'echarts';
import type { Palette } from '../palette.js';
import type { HydrographModel, RainStep } from './hydrograph-model.js';

const CEILINGS = [4, 10, 20, 40, 60, 100, 200, 400] as const;

/** Top of the rain axis: small rain must look small, so the scale never shrinks below 4 mm/h. */
export function rainCeiling(rain: readonly RainStep[]): number {
  const most = Math.max(0, ...rain.map(step => step.mmPerHour).filter(Number.isFinite));
  return CEILINGS.find(ceiling => ceiling >= most) ?? Math.ceil(most / 100) * 100;
}

/** Bars over exactly (from, to], hanging from the top: filled where rain was received, hollow where the forecast assumes it. */
export function hyetographSeries(model: HydrographModel, palette: Palette, narrow: boolean): CustomSeriesOption[] {
  const fallen = model.rain.filter(step => !step.future);
  const assumed = model.rain.filter(step => step.future);
  const firstAssumed = assumed[0];
  return [
    bars('Rain received', fallen, { fill: palette.rain, stroke: 'none' }),
    bars('Rain assumed', assumed, { fill: palette.band90, stroke: palette.rain }),
    ...(firstAssumed ? [assumedGround(firstAssumed.from, model.to, { palette, narrow })] : []),
  ];
}

function bars(name: string, steps: readonly RainStep[], look: { readonly fill: string; readonly stroke: string }): CustomSeriesOption {
  return {
    type: 'custom',
    name,
    xAxisIndex: 0,
    yAxisIndex: 0,
    clip: true,
    data: steps.filter(step => step.mmPerHour > 0).map(step => [step.from, step.to, step.mmPerHour]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_, api) => {
      const [left = 0, top = 0] = api.coord([api.value(0), 0]);
      const [right = 0, bottom = 0] = api.coord([api.value(1), api.value(2)]);
      return {
        type: 'rect',
        // Whole pixels: neighbouring bars leave no seams.
        shape: {
          x: Math.round(left),
          y: top,
          width: Math.max(Math.round(right) - Math.round(left), 1),
          height: Math.max(bottom - top, 0.5),
        },
        style: { fill: look.fill, stroke: look.stroke, lineWidth: look.stroke === 'none' ? 0 : 1 },
      };
    },
  };
}

/** From the last received rain on, the ground says that what is drawn is an assumption. */
function assumedGround(from: number, to: number, look: { readonly palette: Palette; readonly narrow: boolean }): CustomSeriesOption {
  return {
    type: 'custom',
    xAxisIndex: 0,
    yAxisIndex: 0,
    data: [[from, to]],
    encode: { x: [0, 1] },
    silent: true,
    z: 0,
    renderItem: (parameters, api) => {
      const area = parameters.coordSys as unknown as { readonly y: number; readonly height: number };
      const [left = 0] = api.coord([api.value(0), 0]);
      const [right = 0] = api.coord([api.value(1), 0]);
      return {
        type: 'group',
        children: [
          { type: 'rect', shape: { x: left, y: area.y, width: right - left, height: area.height }, style: { fill: look.palette.future } },
          {
            type: 'text',
            style: {
              text: look.narrow ? 'assumed' : 'assumed by the forecast',
              x: right - 4,
              y: area.y + area.height - 4,
              align: 'right',
              verticalAlign: 'bottom',
              fill: look.palette.quiet,
              font: '11px system-ui, sans-serif',
            },
          },
        ],
      };
    },
  };
}
