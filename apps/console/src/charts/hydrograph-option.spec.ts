import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { PALETTES } from '../palette.js';
import { earlierSeries, spreadLabels } from './earlier-series.js';
import type { HydrographModel } from './hydrograph-model.js';
import { hydrographOption, type ChartLook } from './hydrograph-option.js';
import { dischargeCeiling } from './hydrograph-series.js';
import { tooltipAt } from './hydrograph-tooltip.js';
import { rainCeiling } from './hyetograph-series.js';

use([CustomChart, LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const HOUR = 3_600_000;
const T0 = Date.parse('2014-11-04T13:00:00Z');
const GOLDEN = 'test/golden/svg';

/** A rise to 180 m³/s with a silence of five hours, a doubtful value, rain that stops being known at 13:00. */
const MODEL: HydrographModel = {
  from: T0 - 24 * HOUR,
  to: T0 + 24 * HOUR,
  now: T0 + HOUR / 4,
  issueTime: T0,
  observed: Array.from({ length: 25 }, (_, k) => ({
    time: T0 - (24 - k) * HOUR,
    value: 20 + 100 / (1 + Math.exp(6 - k / 2)),
    doubtful: k === 18,
  })).filter((_, k) => k < 8 || k > 12),
  forecast: Array.from({ length: 25 }, (_, k) => {
    const q50 = 120 + 60 * Math.sin((k * Math.PI) / 24);
    return { time: T0 + k * HOUR, q05: q50 * 0.8, q25: q50 * 0.92, q50, q75: q50 * 1.08, q95: q50 * 1.25 };
  }),
  earlier: [1, 3, 6].map(back => ({
    issueTime: T0 - back * HOUR,
    points: Array.from({ length: 25 }, (_, k) => ({
      time: T0 + (k - back) * HOUR,
      value: 100 + (70 - 6 * back) * Math.sin((k * Math.PI) / 24),
    })),
  })),
  members: [],
  thresholds: [
    { level: 'yellow', discharge: 63.2, returnPeriodYears: 2 },
    { level: 'orange', discharge: 115.3, returnPeriodYears: 5 },
    { level: 'red', discharge: 182.9, returnPeriodYears: 20 },
  ],
  rain: Array.from({ length: 30 }, (_, k) => ({
    from: T0 + (k - 24) * HOUR,
    to: T0 + (k - 23) * HOUR,
    mmPerHour: k < 24 ? (k * 7) % 9 : 8 / (k - 22),
    future: k >= 24,
  })),
};

const QUIET: HydrographModel = {
  ...MODEL,
  observed: [{ time: T0, value: 4, doubtful: false }],
  forecast: [],
  earlier: [],
  rain: [],
};

function drawSvg(model: HydrographModel, look: ChartLook): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: look.width, height: look.height });
  chart.setOption(hydrographOption(model, look));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return normalise(svg);
}

/** Numbers to tenths, ids and classes counted from the first of the picture, one element a line: a change shows as a readable difference. */
function normalise(svg: string): string {
  const classes = new Map<string, string>();
  const renamed = (name: string): string => {
    if (!classes.has(name)) classes.set(name, `zr-cls-${classes.size}`);
    return classes.get(name) ?? name;
  };
  return svg
    .replace(/zr\d+-/g, 'zr-')
    .replace(/zr-cls-\d+/g, renamed)
    .replace(/-?\d+\.\d+/g, number => String(Math.round(Number(number) * 10) / 10))
    .replace(/></g, '>\n<');
}

function expectGolden(name: string, svg: string): void {
  const path = `${GOLDEN}/${name}.svg`;
  if (!existsSync(path) && process.env['CI'] === undefined) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(path, svg);
  }
  const same = readFileSync(path, 'utf8') === svg;
  if (!same) writeFileSync(`${GOLDEN}/${name}-changed.svg`, svg);
  expect(same ? 'as before' : `changed: compare ${name}.svg with ${name}-changed.svg, and if it is better, replace it`).toBe('as before');
}

describe('the drawn hydrograph', () => {
  it.each([
    ['hydrograph-light', MODEL, { width: 720, height: 420, palette: PALETTES.light }],
    ['hydrograph-dark-phone', MODEL, { width: 360, height: 380, palette: PALETTES.dark }],
    ['hydrograph-no-forecast', { ...QUIET, issueTime: null }, { width: 720, height: 420, palette: PALETTES.light }],
  ] as const)('%s is as it was looked at', (name, model, look) => {
    expectGolden(name, drawSvg(model, look));
  });

  it('says thresholds, issue time, now and the issue times of earlier forecasts', () => {
    const svg = drawSvg(MODEL, { width: 720, height: 420, palette: PALETTES.light });
    for (const words of [
      'Red 183 · 20-year',
      'Orange 115',
      'Yellow 63.2',
      'T0 13:00',
      'now 13:15',
      '>12:00<',
      '>10:00<',
      '>07:00<',
      'Rain over the basin, mm/h',
    ]) {
      expect(svg).toContain(words);
    }
  });

  it('draws a network beside the model under its own name, and reaches up to it', () => {
    const members = [{ name: 'corrector', points: [1, 2, 3].map(k => ({ time: T0 + k * HOUR, value: 300 + k })) }];
    const svg = drawSvg({ ...MODEL, members }, { width: 720, height: 420, palette: PALETTES.light });
    expect(svg).toContain('>corrector<');
    expect(dischargeCeiling({ ...MODEL, members })).toBeGreaterThanOrEqual(303);
  });

  it('is the same picture for the same model', () => {
    const look = { width: 720, height: 420, palette: PALETTES.light };
    expect(drawSvg(MODEL, look)).toBe(drawSvg(structuredClone(MODEL), look));
  });

  it('joins no observed values across a silence', () => {
    const option = hydrographOption(MODEL, { width: 720, height: 420, palette: PALETTES.light });
    const series = option.series as { name?: string; type?: string; data: (number | null)[][] }[];
    const line = series.find(one => one.name === 'Observed' && one.type === 'line');
    expect(line?.data.filter(([, value]) => value === null)).toHaveLength(1);
  });
});

describe('the scales', () => {
  it('reach the next threshold once the river comes near it, and name it where they do not', () => {
    expect(dischargeCeiling(MODEL)).toBeGreaterThanOrEqual(225);
    expect(dischargeCeiling({ ...QUIET, observed: [{ time: T0, value: 30, doubtful: false }] })).toBeGreaterThanOrEqual(63.2);
    expect(dischargeCeiling(QUIET)).toBe(20);
    expect(drawSvg(QUIET, { width: 720, height: 420, palette: PALETTES.light })).toContain('yellow at 63.2, above this scale');
  });

  it('stand on their own without any value', () => {
    expect(dischargeCeiling({ ...QUIET, observed: [], thresholds: [] })).toBeGreaterThan(0);
    expect(rainCeiling([])).toBe(4);
    expect(rainCeiling([{ from: 0, to: 1, mmPerHour: 35, future: false }])).toBe(40);
    expect(rainCeiling([{ from: 0, to: 1, mmPerHour: 430, future: false }])).toBe(500);
  });
});

describe('the labels of earlier forecasts', () => {
  it('keep a line between them and stay above the axis', () => {
    expect(spreadLabels([50, 52, 200], 300)).toEqual([14, 26, 14]);
    const low = spreadLabels([290, 292], 300);
    expect(low.every((drop, index) => [290, 292][index]! + drop < 290)).toBe(true);
    expect(spreadLabels([], 300)).toEqual([]);
  });

  it('stand at the coming peak, not at one already past', () => {
    const [first] = earlierSeries(
      {
        ...MODEL,
        earlier: [
          {
            issueTime: T0 - HOUR,
            points: [
              { time: T0 - 1, value: 99 },
              { time: T0 + 1, value: 3 },
            ],
          },
        ],
      },
      PALETTES.light,
      { ceiling: 100, plotHeight: 200 },
    );
    expect(first?.data).toEqual([expect.objectContaining({ symbol: 'none' }), expect.objectContaining({ symbol: 'circle' })]);
  });
});

describe('the tooltip', () => {
  it('says observed, forecast, bands and rain of its time', () => {
    const before = tooltipAt(MODEL, T0 - 2 * HOUR);
    expect(before).toContain('Tue 4 Nov 11:00 UTC');
    expect(before).toContain('Observed 11:00');
    expect(before).not.toContain('Forecast');
    const after = tooltipAt(MODEL, T0 + 2 * HOUR);
    expect(after).toContain('Forecast');
    expect(after).toContain('90 % band');
    expect(after).toContain('Rain assumed');
  });
});
