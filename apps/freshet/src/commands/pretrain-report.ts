import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { LoadedDomain } from '#config';
import { toIso } from '#hydrology';
import type { FineTuning } from './fine-tune-reservoirs.js';
import type { Pretrained, PretrainingPlan } from './pretrain-weights.js';
import { agreementOf, intensitySurface, productionSurface, sections, WETNESS, type Reservoir } from './response-surfaces.js';
import { drawSurfaces, type SurfaceFigure } from './surface-figure.js';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export interface PretrainingStory {
  readonly plan: PretrainingPlan;
  readonly domain: LoadedDomain;
  readonly trained: Pretrained;
  readonly runs: readonly FineTuning[];
}

/** Capacities of the surfaces after pretraining: a production store small enough to show both of its bounds. */
const DRAWN = { cp: 200, ct: 100 };
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];

/** One HTML page with drawings inside: what the network learnt of the laws, what discharge made of it, and what a random start does instead. */
export function formatPretrainingReport(story: PretrainingStory): string {
  const { plan, domain, trained, runs } = story;
  const pretrained: Reservoir = {
    ...{ network: trained.network, weights: trained.file.weights, stepSeconds: trained.file.stepSeconds, ...DRAWN },
    ...(trained.file.training.intensity && { law: trained.file.training.intensity }),
  };
  const day = (time: typeof plan.period.from): string => toIso(time).slice(0, 10);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Neural reservoirs of ${escape(domain.basin)}</title><style>${STYLE}</style></head><body>
<h1>Neural reservoirs: ${escape(domain.basin)}</h1>
<p>${plan.structure}, hidden layers of ${plan.hidden.join(', ')}. Trained on ${plan.samples} steps drawn from rain and PET of ${day(plan.period.from)} to
${day(plan.period.to)} with stores and capacities at random; checked on as many others.</p>
${surfaceSection(pretrained, trained)}
${trained.file.training.intensity ? intensitySection(pretrained) : ''}
${runs.length > 0 ? tuningSection(story, pretrained) : ''}
</body></html>
`;
}

function surfaceSection(reservoir: Reservoir, { result }: Pretrained): string {
  const heads = Object.keys(result.heldOut).map(name => `<th>${name}</th>`);
  const cells = Object.values(result.heldOut).map(value => `<td>${value.toFixed(4)}</td>`);
  return `<section><h2>What it learnt of the GR laws</h2>
<p>R² of every flux on held-out steps (P_s, E_s, percolation, exchange, inflow and release of the transfer store, runoff):</p>
<table><thead><tr>${heads.join('')}</tr></thead><tbody><tr>${cells.join('')}</tr></tbody></table>
<div class="pair">${compared(productionSurface(reservoir, `P_s(P_n, h_p), c_p = ${reservoir.cp} mm`))}
${sectionChart(reservoir, 'the same in sections')}</div>
${lossChart('Loss of the pretraining', [{ name: 'loss', costs: result.losses, colour: COLOURS[0]! }])}</section>`;
}

/** A figure with how well the learnt surface is that of the law. */
const compared = (figure: SurfaceFigure): string =>
  drawSurfaces({ ...figure, title: `${figure.title}; R² ${agreementOf(figure).toFixed(4)}` });

function intensitySection(reservoir: Reservoir): string {
  const { alpha1, alpha2 } = reservoir.law!;
  return `<section><h2>Rainfall intensity</h2>
<p>P_ri is a rainfall-intensity input. The name is the published one, what it holds is our reading: in a run the gross rain of the step in mm per hour. The samples draw it apart from P_n
(¼ to 8 times the depth of the hour), and the law they follow is GR-RI's with P_ri in it: the share exp(−${alpha1}·P_ri) of P_n meets the production store, 0.1 + 0.9·tanh(${alpha2}·P_ri)² of what
leaves it passes the transfer store. So intense rain wets less; a corner with more P_n than P_ri was drawn rarely.</p>
<div class="pair">${WETNESS.map(wetness => compared(intensitySurface(reservoir, wetness))).join('\n')}</div></section>`;
}

function tuningSection({ runs, plan }: PretrainingStory, pretrained: Reservoir): string {
  const rows = runs.map(({ start, seed, costs, nse }) => {
    const scores = Object.entries(nse).map(([id, value]) => `${escape(id)} ${value.toFixed(3)}`);
    return `<tr><td>${start}</td><td>${seed}</td><td>${costs.length}</td><td>${costs[0]?.toFixed(4) ?? '–'}</td><td>${costs.at(-1)?.toFixed(4) ?? '–'}</td><td>${scores.join(', ')}</td></tr>`;
  });
  const curves = runs.map(({ start, seed, costs }) => ({
    name: `${start} ${seed}`,
    costs,
    colour: start === 'pretrained' ? COLOURS[0]! : COLOURS[1]!,
  }));
  const first = runs.find(({ start }) => start === 'pretrained')!;
  return `<section><h2>Fitted to discharge, from these weights and from random ones</h2>
<p>Uniform parameters and weights, fitted by the adjoint. Both starts take the parameters of the same uniform GR4 fit; the random one draws its hidden layers, its fluxes begin as half of what is admissible.</p>
<table><thead><tr><th>start</th><th>seed</th><th>iterations</th><th>cost after the first</th><th>cost</th><th>NSE of the fitted period</th></tr></thead><tbody>${rows.join('')}</tbody></table>
${lossChart('Cost by iteration (blue: pretrained, orange: random)', curves)}
<div class="pair">${drawSurfaces(productionSurface(tunedReservoir(first, pretrained), `P_s(P_n, h_p) after the fit, c_p = ${fittedOf(first, 'cp').toFixed(0)} mm`))}
${sectionChart(tunedReservoir(first, pretrained), `after the fit, ${plan.structure}`)}</div></section>`;
}

const fittedOf = ({ fitted: { fields, mapping } }: FineTuning, id: 'cp' | 'ct'): number =>
  fields.parameters[mapping.layout.parameters.indexOf(id) * mapping.layout.cellCount]!;

const tunedReservoir = (run: FineTuning, before: Reservoir): Reservoir => ({
  ...before,
  weights: run.fitted.fields.weights!,
  cp: fittedOf(run, 'cp'),
  ct: fittedOf(run, 'ct'),
});

function sectionChart(reservoir: Reservoir, title: string): string {
  const series = sections(reservoir).flatMap(({ hp, learned, gr, limit }, k) => [
    { type: 'line', name: `h_p ${hp}`, showSymbol: false, color: COLOURS[k], lineStyle: { width: 2 }, data: learned },
    { type: 'line', name: 'GR law (dashed)', showSymbol: false, color: '#111', lineStyle: { width: 1, type: 'dashed' }, data: gr },
    { type: 'line', name: 'bound (dotted)', showSymbol: false, color: COLOURS[k], lineStyle: { width: 1, type: 'dotted' }, data: limit },
  ]);
  return draw(
    {
      title: { text: `P_s over P_n, ${title}`, textStyle: { fontSize: 13 } },
      legend: { bottom: 0, itemWidth: 18, itemGap: 14, textStyle: { fontSize: 11 }, icon: 'path://M0,4H20V6H0Z' },
      grid: { left: 55, right: 20, top: 40, bottom: 85 },
      xAxis: { type: 'value', name: 'P_n, mm', nameLocation: 'middle', nameGap: 24 },
      yAxis: { type: 'value', name: 'P_s, mm', nameLocation: 'middle', nameGap: 30 },
      series,
    },
    { width: 480, height: 440 },
  );
}

interface LossCurve {
  readonly name: string;
  readonly costs: readonly number[];
  readonly colour: string;
}

function lossChart(title: string, curves: readonly LossCurve[]): string {
  const series = curves.map(({ name, costs, colour }) => ({
    ...{ type: 'line', name, showSymbol: false, color: colour, lineStyle: { width: 1.3 } },
    data: costs.map((cost, k) => [k + 1, cost]),
  }));
  const axes = { xAxis: { type: 'value', name: 'iteration', nameLocation: 'middle', nameGap: 22 }, yAxis: { type: 'log' } };
  return draw({ title: { text: title, textStyle: { fontSize: 13 } }, ...axes, series }, { width: 980, height: 260 });
}

function draw(option: EChartsCoreOption, size: { width: number; height: number }): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption({ animation: false, grid: { left: 60, right: 20, top: 45, bottom: 60 }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `<figure>${svg}</figure>`;
}

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #ddd}
figure{margin:.8rem 0}.pair{display:flex;flex-wrap:wrap}svg{max-width:100%;height:auto}h2{margin-top:2.5rem}`;
