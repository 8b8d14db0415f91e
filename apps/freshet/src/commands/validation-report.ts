import { BoxplotChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, TitleComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { LoadedDomain } from '#config';
import { quantile, stampOf, toIso, type Station } from '#hydrology';
import type { Design, ValidationPlan, ValidationRun } from './validation-runs.js';

use([BoxplotChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkAreaComponent, TitleComponent, SVGRenderer]);

interface Subject {
  readonly plan: ValidationPlan;
  readonly domain: LoadedDomain;
}

const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#7f7f7f', '#8c564b', '#332288'];

/** One HTML page with drawings inside: efficiencies and event errors of each method and design, and the hydrographs behind them. */
export function formatReport(runs: readonly ValidationRun[], { plan, domain }: Subject): string {
  const period = ({ from, to }: ValidationPlan['calibration']): string => `${toIso(from).slice(0, 10)} to ${toIso(to).slice(0, 10)}`;
  const sections = plan.designs.map(design => sectionOf(design, runs, { plan, domain }));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation of ${escape(domain.basin)}</title><style>${STYLE}</style></head><body>
<h1>Validation: ${escape(domain.basin)}</h1>
<p>Fitted to ${period(plan.calibration)}; in time validated on ${period(plan.validation)}. ${NOTE}</p>
${sections.join('\n')}
</body></html>
`;
}

const NOTE =
  'NSE and KGE: 1 is perfect. Eff and Epf: mean quick flow and highest discharge of an event, simulated over observed, minus 1. Shaded: the events.';

const TITLES: Readonly<Record<Design, string>> = {
  calibration: 'Calibration: the period and the gauges of the fit',
  temporal: 'Temporal validation: the gauges of the fit, another period',
  spatial: 'Spatial validation: gauges left out of the fit, its period',
  spatiotemporal: 'Spatio-temporal validation: gauges left out, another period',
};

function sectionOf(design: Design, all: readonly ValidationRun[], subject: Subject): string {
  const runs = all.filter(({ score }) => score.design === design);
  const gauges = subject.domain.stations.filter(({ id }) => runs.some(({ score }) => score.station === id));
  return `<section><h2>${TITLES[design]}</h2>
${tableOf(runs)}
<div class="pair">${boxes(runs, subject.plan, 'NSE by method', ({ score }) => [score.nse])}${peaks(runs, subject.plan)}</div>
${gauges.map(gauge => hydrograph(gauge, runs, subject)).join('\n')}
</section>`;
}

function tableOf(runs: readonly ValidationRun[]): string {
  const middle = (values: readonly number[]): string => (values.length === 0 ? '–' : number(quantile(values.map(Math.abs), 0.5)));
  const rows = runs.map(({ score }) => {
    const { method, station, fittedOn, without, events, seconds } = score;
    const cells = [method, station, fittedOn.join(', '), number(score.nse), number(score.kge)];
    cells.push(without ? `${number(without.nse)} / ${number(without.kge)}` : '–', String(events.length));
    cells.push(middle(events.map(({ eff }) => eff)), middle(events.map(({ epf }) => epf)), seconds.toFixed(1));
    return `<tr>${cells.map(cell => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  });
  const heads = ['method', 'gauge', 'fitted on', 'NSE', 'KGE', 'NSE / KGE without', 'events', 'median |Eff|', 'median |Epf|', 's'];
  return `<table><thead><tr>${heads.map(head => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function boxes(runs: readonly ValidationRun[], { methods }: ValidationPlan, title: string, of: (run: ValidationRun) => number[]): string {
  const valuesOf = (method: string): number[] =>
    runs
      .filter(({ score }) => score.method === method)
      .flatMap(of)
      .filter(Number.isFinite);
  const five = (values: number[]): number[] => [0, 0.25, 0.5, 0.75, 1].map(share => quantile(values, share));
  return draw(
    {
      title: { text: title, textStyle: { fontSize: 13 } },
      xAxis: { type: 'category', data: methods },
      yAxis: { type: 'value', scale: true },
      series: [
        { type: 'boxplot', data: methods.map(method => five(valuesOf(method))) },
        { type: 'scatter', symbolSize: 5, data: methods.flatMap((method, k) => valuesOf(method).map(value => [k, value])) },
      ],
    },
    480,
  );
}

/** Distribution of the peak errors: a curve that rises early is of a method whose peaks are right. */
function peaks(runs: readonly ValidationRun[], { methods }: ValidationPlan): string {
  const series = methods.map((name, k) => {
    const errors = runs
      .filter(({ score }) => score.method === name)
      .flatMap(({ score }) => score.events.map(({ epf }) => Math.abs(epf)))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    const data = errors.map((error, i) => [error, (i + 1) / errors.length]);
    return { type: 'line', name, step: 'end', showSymbol: false, color: COLOURS[k % COLOURS.length], data };
  });
  const axes = { xAxis: { type: 'value', name: '|Epf|', min: 0 }, yAxis: { type: 'value', min: 0, max: 1 } };
  return draw(
    { title: { text: 'Share of peaks within an error', textStyle: { fontSize: 13 } }, legend: { bottom: 0 }, ...axes, series },
    480,
  );
}

function hydrograph({ id, name }: Station, all: readonly ValidationRun[], { plan }: Subject): string {
  const runs = all.filter(({ score }) => score.station === id);
  const { time, pairs, events } = runs[0]!;
  const known = Array.from({ length: time.count }, (_, k) => k).filter(k => Number.isFinite(pairs.observed[k]));
  const line = (values: ArrayLike<number>): [number, number][] => known.map(k => [stampOf(time, k), Number(values[k]!.toFixed(2))]);
  const shaded = events.map(({ start, end }) => [{ xAxis: stampOf(time, start) }, { xAxis: stampOf(time, end) }]);
  const observed = {
    ...{ type: 'line', name: 'observed', showSymbol: false, color: '#000', lineStyle: { width: 1.5 }, data: line(pairs.observed) },
    markArea: { silent: true, itemStyle: { color: '#0001' }, data: shaded },
  };
  const simulated = runs.map(({ score, pairs: own }) => {
    const color = COLOURS[plan.methods.indexOf(score.method) % COLOURS.length];
    return { type: 'line', name: score.method, showSymbol: false, color, lineStyle: { width: 1 }, data: line(own.simulated) };
  });
  const title = { text: `${name} (${id}), m³/s`, textStyle: { fontSize: 13 } };
  const axes = { xAxis: { type: 'time' }, yAxis: { type: 'value' } };
  return draw({ title, legend: { bottom: 0 }, ...axes, series: [observed, ...simulated] }, 980);
}

function draw(option: EChartsCoreOption, width: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: 300 });
  chart.setOption({ animation: false, grid: { left: 50, right: 20, top: 40, bottom: 50 }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `<figure>${svg}</figure>`;
}

const number = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '–');

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.2rem .5rem;border-bottom:1px solid #ddd}
figure{margin:.8rem 0}.pair{display:flex;flex-wrap:wrap}svg{max-width:100%;height:auto}h2{margin-top:2.5rem}`;
