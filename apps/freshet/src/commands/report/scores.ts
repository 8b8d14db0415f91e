import { quantile } from '#hydrology';
import type { Interval } from '#verification';
import type { Design, Split } from '../validation/plan.js';
import type { ValidationResults, ValidationRun } from '../validation/run-validation.js';
import type { Measure, Skill } from '../validation/skill.js';
import { axis, chart, lying, upright, type Drawings } from './drawing.js';
import { decimals, escapeHtml } from './text.js';
import { INK, methodStyle } from './palette.js';

export interface Section {
  readonly found: ValidationResults;
  readonly split: Split;
  readonly design: Design;
  readonly runs: readonly ValidationRun[];
  readonly drawings: Drawings;
}

/** Start of the names of a section's drawings. */
export const nameOf = ({ split, design }: Pick<Section, 'split' | 'design'>): string =>
  split === 'given' ? design : `exchanged-${design}`;

/** NSE of each gauge with its interval, the boxes of all gauges, and how large the peak errors are. */
export function scoreFigures(section: Section): string {
  const gauges = section.found.domain.stations.filter(({ id }) => section.runs.some(({ score }) => score.station === id));
  const panels = gauges.map(({ id, name }) =>
    section.drawings.show({
      name: `${nameOf(section)}-nse-${id}`,
      title: `NSE at ${name} (${id})`,
      note: `Bars: 90 % of the resamples.${section.runs.some(({ score }) => score.without) ? ' Hollow: without the flood left out.' : ''}`,
      svg: intervals(section, id),
    }),
  );
  return `<div class="grid">${panels.join('')}${boxes(section)}${errorShares(section, 'epf')}${errorShares(section, 'eff')}</div>`;
}

/** A score with its interval in a row of the panel; hollow is what was scored without the flood. */
interface Bar {
  readonly skill: Skill;
  readonly row: number;
  readonly shift: number;
  readonly hollow: boolean;
  readonly colour: string;
}

const ROW_HEIGHT = 26;

function intervals({ runs, found: { plan } }: Section, station: string): string {
  const own = plan.methods.flatMap(method => runs.filter(({ score }) => score.method === method && score.station === station));
  const bars = own.flatMap(({ score }, row): Bar[] => {
    const { colour } = methodStyle(score.method);
    const less = score.without ? [{ skill: score.without, row, shift: 4, hollow: true, colour }] : [];
    return [{ skill: score, row, shift: -4, hollow: false, colour }, ...less];
  });
  const lows = bars.flatMap(({ skill }) => [skill.nse, skill.interval.nse.low]).filter(Number.isFinite);
  const least = Math.max(-0.2, Math.floor(Math.min(...lows) * 20) / 20);
  const rows = own.map(({ score }) => methodStyle(score.method).label);
  return chart(
    {
      grid: { left: 104, right: 16, top: 8, bottom: 34 },
      xAxis: axis({ type: 'value', min: least, max: 1, ...lying('NSE (1 is perfect)') }),
      yAxis: axis({ type: 'category', data: rows, inverse: true, axisTick: { show: false }, splitLine: { show: false } }),
      series: [whiskers(bars, least), scoreDots(bars, least)],
    },
    { width: 360, height: 52 + ROW_HEIGHT * own.length },
  );
}

function whiskers(bars: readonly Bar[], least: number): Record<string, unknown> {
  const known = bars.filter(({ skill }) => Number.isFinite(skill.interval.nse.low));
  const renderItem = ({ dataIndex }: { readonly dataIndex: number }, api: CustomApi): unknown => {
    const { skill, row, shift, hollow, colour } = known[dataIndex]!;
    const [from, y] = api.coord([Math.max(skill.interval.nse.low, least), row]);
    const [to] = api.coord([Math.max(skill.interval.nse.high, least), row]);
    const style = { stroke: colour, lineWidth: hollow ? 1.5 : 3, opacity: 0.55 };
    return { type: 'line', shape: { x1: from, y1: y + shift, x2: to, y2: y + shift }, style };
  };
  return {
    type: 'custom',
    renderItem,
    encode: { x: [1, 2], y: 0 },
    data: known.map(({ skill: { interval }, row }) => [row, interval.nse.low, interval.nse.high]),
  };
}

function scoreDots(bars: readonly Bar[], least: number): Record<string, unknown> {
  const data = bars
    .filter(({ skill }) => Number.isFinite(skill.nse))
    .map(({ skill, row, shift, hollow, colour }) => ({
      value: [Math.max(skill.nse, least), row],
      symbolOffset: [0, shift],
      itemStyle: hollow ? { color: '#fff', borderColor: colour, borderWidth: 1.6 } : { color: colour },
    }));
  return { type: 'scatter', symbolSize: 8, data, z: 5 };
}

interface CustomApi {
  coord(point: readonly number[]): [number, number];
}

function boxes(section: Section): string {
  const { methods } = section.found.plan;
  const valuesOf = (method: string): number[] =>
    section.runs.filter(({ score }) => score.method === method).map(({ score }) => score.nse).filter(Number.isFinite); // prettier-ignore
  const five = (values: number[]): number[] => [0, 0.25, 0.5, 0.75, 1].map(share => quantile(values, share));
  const data = methods.map(method => ({
    value: five(valuesOf(method)),
    itemStyle: { color: '#fff', borderColor: methodStyle(method).colour, borderWidth: 1.5 },
  }));
  const points = methods.flatMap((method, row) =>
    valuesOf(method).map(value => ({ value: [row, value], itemStyle: { color: methodStyle(method).colour } })),
  );
  const svg = chart(
    {
      grid: { left: 52, right: 12, top: 14, bottom: 74 },
      xAxis: axis({
        type: 'category',
        data: methods.map(method => methodStyle(method).label),
        axisLabel: { rotate: 40, interval: 0, fontSize: 11, color: INK },
      }),
      yAxis: axis({ type: 'value', scale: true, ...upright('NSE') }),
      series: [
        { type: 'boxplot', data, boxWidth: [8, 26] },
        { type: 'scatter', symbolSize: 5, data: points },
      ],
    },
    { width: 360, height: 300 },
  );
  return section.drawings.show({ name: `${nameOf(section)}-boxes`, title: 'NSE of all gauges, by method', note: 'A dot is a gauge.', svg });
}

const ERRORS = {
  epf: { title: 'How large the errors of the peaks are', quantity: '|Epf|, error of the peak, %' },
  eff: { title: 'How large the errors of the flood volumes are', quantity: '|Eff|, error of the mean quick flow, %' },
} as const;

/** Distribution of the errors of the floods: a curve that rises early is of a method that meets them. */
function errorShares(section: Section, measure: keyof typeof ERRORS): string {
  const { title, quantity } = ERRORS[measure];
  const series = section.found.plan.methods.map(name => {
    const errors = section.runs
      .filter(({ score }) => score.method === name)
      .flatMap(({ score }) => score.events.map(event => Math.abs(event[measure])))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    const { colour, line } = methodStyle(name);
    const data = [[0, 0], ...errors.map((error, i) => [100 * error, (100 * (i + 1)) / errors.length])];
    return { type: 'line', step: 'end', showSymbol: false, color: colour, lineStyle: { width: 1.8, type: line }, data };
  });
  const count = new Set(section.runs.flatMap(({ score }) => score.events.map(({ peakAt }) => score.station + peakAt))).size;
  const svg = chart(
    {
      xAxis: axis({ type: 'value', min: 0, ...lying(quantity) }),
      yAxis: axis({ type: 'value', min: 0, max: 100, ...upright('floods within, %') }),
      series,
    },
    { width: 360, height: 300 },
  );
  return section.drawings.show({
    name: `${nameOf(section)}-${measure}`,
    title,
    note: `${count} floods of all gauges.`,
    svg,
    methods: section.found.plan.methods,
  });
}

/** All numbers of a section, for who wants them. */
export function scoreTable({ runs }: Section): string {
  const heads = ['method', 'gauge', 'fitted on', 'NSE', 'KGE', 'median |Eff|', 'median |Epf|', 'floods'];
  const rows = runs.flatMap(({ score }) => [rowOf(score, score, ''), ...(score.without ? [rowOf(score, score.without, 'less')] : [])]);
  return `<details><summary>All scores in numbers, with and without the flood left out</summary><div class="scroll"><table><thead><tr>${heads.map(head => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function rowOf(score: ValidationRun['score'], skill: Skill, kind: '' | 'less'): string {
  const label = kind === 'less' ? 'without' : methodStyle(score.method).label;
  const of = (measure: Measure): string => `${decimals(skill[measure])} <small>${span(skill.interval[measure])}</small>`;
  const cells = [escapeHtml(label), score.station, score.fittedOn.join(' '), of('nse'), of('kge'), of('eff'), of('epf')];
  cells.push(kind === 'less' ? '' : String(score.events.length));
  return `<tr class="${kind}">${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`;
}

const span = ({ low, high }: Interval): string => (Number.isFinite(low) ? `${decimals(low)} to ${decimals(high)}` : '');

/** Each method's median NSE over the gauges in every design: where it holds and where it does not. */
export function glance({ runs, plan }: ValidationResults): string {
  const columns = plan.splits.flatMap(split => plan.designs.map(design => ({ split, design })));
  const medianOf = (method: string, column: (typeof columns)[number], of: (score: ValidationRun['score']) => number): number => {
    const values = runs.filter(({ score }) => score.method === method && score.design === column.design && score.split === column.split).map(({ score }) => of(score)); // prettier-ignore
    const known = values.filter(Number.isFinite);
    return known.length === 0 ? NaN : quantile(known, 0.5);
  };
  const table = plan.methods.map(method => columns.map(column => medianOf(method, column, ({ nse }) => nse)));
  const best = columns.map((_, k) => Math.max(...table.map(row => row[k]!)));
  const body = plan.methods.map((method, m) => {
    const cells = columns.map((column, k) => {
      const [value, peak] = [table[m]![k]!, medianOf(method, column, ({ epf }) => epf)];
      return `<td class="${value === best[k] ? 'best' : ''}" style="background:${shade(value)}">${decimals(value)}<small>peak ${decimals(100 * peak, 0)} %</small></td>`;
    });
    const { label, colour } = methodStyle(method);
    return `<tr><th scope="row"><i style="background:${colour}"></i>${escapeHtml(label)}</th>${cells.join('')}</tr>`;
  });
  const head = columns.map(
    ({ split, design }) => `<th>${SHORT[design]}${split === 'swapped' ? '<br><small>periods exchanged</small>' : ''}</th>`,
  );
  return `<div class="scroll"><table class="glance"><thead><tr><th></th>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

const SHORT: Readonly<Record<Design, string>> = {
  calibration: 'fit',
  temporal: 'other time',
  spatial: 'other place',
  spatiotemporal: 'other time and place',
};

/** White at .7 and below, deeper towards 1. */
const shade = (nse: number): string => `rgba(0,114,178,${(Math.min(1, Math.max(0, (nse - 0.7) / 0.3)) ** 2 * 0.45).toFixed(2)})`;
