import { toIso } from '#hydrology';
import { BOOTSTRAP_SETTINGS } from '#verification';
import { periodsOf, type Design, type Split } from '../validation/plan.js';
import type { ValidationResults } from '../validation/run-validation.js';
import { QUIET_DAYS } from '../validation/skill.js';
import { Drawings } from './drawing.js';
import { escapeHtml } from './text.js';
import { effortTable, lCurves } from './effort.js';
import { hydrographs } from './hydrographs.js';
import { correctionMaps, correlations, parameterMaps, timeCourses, type Inside } from './inside.js';
import { INK, methodStyle } from './palette.js';
import { glance, scoreFigures, scoreTable } from './scores.js';
import { STYLE } from './style.js';
import { correctionSurfaces, mappingSurfaces } from './surfaces.js';

/** One page that needs no other file, and its drawings by name. */
export interface Report {
  readonly page: string;
  readonly drawings: ReadonlyMap<string, string>;
}

/** The report of a validation: first how far each method can be trusted, then how it looks at every gauge, then what it learned. */
export function formatReport(found: ValidationResults): Report {
  const drawings = new Drawings();
  const { plan, domain } = found;
  const splits = plan.splits.map(split => splitSection(found, split, drawings));
  const insides = plan.splits.map(split => insideSection({ found, split, drawings, fits: found.fits.filter(fit => fit.split === split) }));
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>How far to trust ${escapeHtml(domain.basin)}</title><style>${STYLE}</style></head><body>
<header><div><h1>How far can a calibration of ${escapeHtml(domain.name)} be trusted?</h1>
<p>${plan.methods.length} methods, ${plan.designs.length} designs. ${introduction(found)}</p>
<nav><a href="#glance">At a glance</a>${plan.splits.map(split => `<a href="#${split}">${SPLITS[split]}</a>`).join('')}<a href="#inside">What was learned</a><a href="#effort">What it cost</a><a href="#method">How it was scored</a></nav></div></header>
${key(plan.methods)}
<main>
<section id="glance"><h2>At a glance</h2><p>Median NSE of the gauges, and below it the median error of the flood peaks. The best of each column is bold. A method is worth what it keeps from left to right.</p>${glance(found)}</section>
${splits.join('\n')}
${insides.join('\n')}
<section id="effort"><h2>What it cost</h2>${lCurves(found.fits, drawings)}${effortTable(found.fits)}</section>
${methodSection(found)}
</main></body></html>
`;
  return { page, drawings };
}

const SPLITS: Readonly<Record<Split, string>> = { given: 'Scores', swapped: 'Scores, periods exchanged' };

const TITLES: Readonly<Record<Design, string>> = {
  calibration: 'The fit: its own period and gauges',
  temporal: 'Another time: the gauges of the fit, the other period',
  spatial: 'Another place: each gauge in turn left out of the fit, its period',
  spatiotemporal: 'Another time and place: gauges left out, the other period',
};

function introduction({ plan, domain }: ValidationResults): string {
  const gauges = domain.stations.filter(({ gauged }) => gauged).length;
  const exchanged = plan.splits.includes('swapped') ? ' and the other way round' : '';
  const without = plan.without ? ` Every score also without ${days(plan.without)}.` : '';
  return `Fitted to ${days(plan.calibration)}, validated on ${days(plan.validation)}${exchanged}, at ${gauges} gauges, hourly, without assimilation.${without}`;
}

const days = ({ from, to }: ValidationResults['plan']['calibration']): string => `${toIso(from).slice(0, 10)} to ${toIso(to).slice(0, 10)}`;

function key(methods: readonly string[]): string {
  const entry = (label: string, colour: string, line: string): string =>
    `<span><i style="border-color:${colour};border-top-style:${line}"></i>${escapeHtml(label)}</span>`;
  const entries = methods.map(method => methodStyle(method)).map(({ label, colour, line }) => entry(label, colour, line));
  return `<div class="key"><div>${entry('observed', INK, 'solid')}${entries.join('')}</div></div>`;
}

function splitSection(found: ValidationResults, split: Split, drawings: Drawings): string {
  const { fitted, later } = periodsOf(found.plan, split);
  const designs = found.plan.designs.map(design => {
    const runs = found.runs.filter(({ score }) => score.design === design && score.split === split);
    const section = { found, split, design, runs, drawings };
    return `<section><h3>${TITLES[design]}</h3>${scoreFigures(section)}${scoreTable(section)}<details${split === 'given' && design === 'temporal' ? ' open' : ''}><summary>Hydrographs and floods</summary>${hydrographs(section)}</details></section>`;
  });
  return `<section id="${split}"><h2>${SPLITS[split]}</h2><p>Fitted to ${days(fitted)}; the other period is ${days(later)}.</p>${designs.join('\n')}</section>`;
}

/** Of the exchanged split only what differs enough to look at: it is folded. */
function insideSection(inside: Inside): string {
  if (inside.fits.length === 0) return '';
  const part = (title: string, text: string, drawn: string): string => (drawn === '' ? '' : `<h3>${title}</h3><p>${text}</p>${drawn}`);
  const parts = [
    part('Parameters over the basin', 'Fits on all gauges. Uniform parameters are left out.', parameterMaps(inside)),
    part(
      'Parameters and descriptors',
      'Correlation over the cells. A mapping can only know of a place what its descriptors say.',
      correlations(inside),
    ),
    part('Learned mappings', '', mappingSurfaces(inside)),
    part(
      'Corrections of the fluxes over the basin',
      'Means over the scored period; what concerns rain is weighted by net rain.',
      correctionMaps(inside),
    ),
    part('Learned corrections', '', correctionSurfaces(inside)),
    part(
      'Stores and exchange in time',
      'Means of the basin in the other period. Methods with like discharge may hold the water in different places.',
      timeCourses(inside),
    ),
  ].join('\n');
  if (inside.split === 'given') return `<section id="inside"><h2>What was learned</h2>${parts}</section>`;
  return `<details><summary>What was learned with the periods exchanged</summary>${parts}</details>`;
}

function methodSection({ plan }: ValidationResults): string {
  const { samples, share, seed } = BOOTSTRAP_SETTINGS;
  return `<section id="method"><h2>How it was scored</h2>
<p>NSE and KGE: 1 is perfect. Eff and Epf: mean quick flow and highest discharge of a flood, simulated over observed, minus 1. A flood is a peak above the 99.5 % quantile of the scored discharge (in a short period, above what is exceeded for 48 hours), from the rise of its rain to the end of its quick flow; floods that overlap are one.</p>
<p>Intervals hold ${100 * share} % of ${samples} resamples (seed ${seed}). A block of a resample is a flood, or at most ${QUIET_DAYS} days between floods; floods are drawn from floods and quiet blocks from quiet blocks, with replacement, so that each resample has as many floods as the record. With one flood an interval knows nothing of other floods: it is narrow because the record is short, not because the model is sure.</p>
<p>Networks start from random weights of seed ${plan.seed}. “cold”: initial stores were not fitted. Nothing was chosen on the validated period.</p></section>`;
}
