import { HOUR_MS, stampOf, type Station, type TimeGrid } from '#hydrology';
import type { FloodEvent } from '#verification';
import type { ValidationRun } from '../validation/run-validation.js';
import { axis, chart, upright } from './drawing.js';
import { INK, methodStyle } from './palette.js';
import { nameOf, type Section } from './scores.js';

/** For each gauge its whole series under the band of all methods, and every flood with a line a method. */
export function hydrographs(section: Section): string {
  const gauges = section.found.domain.stations.filter(({ id }) => section.runs.some(({ score }) => score.station === id));
  return gauges.map(gauge => gaugeFigures(gauge, section)).join('\n');
}

function gaugeFigures({ id, name }: Station, section: Section): string {
  const runs = section.runs.filter(({ score }) => score.station === id);
  const overview = section.drawings.show({
    name: `${nameOf(section)}-series-${id}`,
    title: `${name} (${id}): observed discharge and the band of all methods`,
    note: 'Black: observed. Blue: from the lowest to the highest method. Shaded: floods, below in detail.',
    svg: band(runs),
    wide: true,
  });
  const floods = runs[0]!.events.map((event, k) => {
    const { peakAt } = runs[0]!.score.events[k]!;
    return section.drawings.show({
      name: `${nameOf(section)}-flood-${id}-${peakAt.slice(0, 10)}`,
      title: `${name}, flood of ${peakAt.slice(0, 10)}`,
      note: `Observed peak ${peakOf(runs[0]!, event)} m³/s.`,
      svg: flood(runs, event),
      methods: section.found.plan.methods,
    });
  });
  return `${overview}<div class="grid">${floods.join('')}</div>`;
}

type Point = readonly [stamp: number, value: number];

const known = ({ pairs: { observed } }: ValidationRun): number[] =>
  Array.from(observed, (value, k) => (Number.isFinite(value) ? k : -1)).filter(k => k >= 0);
const line = (time: TimeGrid, steps: readonly number[], values: ArrayLike<number>): Point[] =>
  steps.map(k => [stampOf(time, k), Number(values[k]!.toPrecision(3))]);

function band(runs: readonly ValidationRun[]): string {
  const first = runs[0]!;
  const { time, pairs, events } = first;
  const steps = thinned(known(first), pairs.observed);
  const low = Float64Array.from(pairs.observed, (_, k) => Math.min(...runs.map(({ pairs: { simulated } }) => simulated[k]!)));
  const span = Float64Array.from(low, (value, k) => Math.max(...runs.map(({ pairs: { simulated } }) => simulated[k]!)) - value);
  const shaded = events.map(({ start, end }) => [{ xAxis: stampOf(time, start) }, { xAxis: stampOf(time, end) }]);
  const stacked = { type: 'line', stack: 'band', showSymbol: false, lineStyle: { width: 0 } };
  return chart(
    {
      grid: { left: 52, right: 16, top: 10, bottom: 26 },
      xAxis: axis({ type: 'time', splitLine: { show: false } }),
      yAxis: axis({ type: 'value', ...upright('m³/s') }),
      series: [
        { ...stacked, data: line(time, steps, low) },
        { ...stacked, areaStyle: { color: '#0072b2', opacity: 0.45 }, data: line(time, steps, span) },
        {
          ...{ type: 'line', showSymbol: false, color: '#000', lineStyle: { width: 1.2 }, data: line(time, steps, pairs.observed) },
          markArea: { silent: true, itemStyle: { color: 'rgba(31,41,51,.07)' }, data: shaded },
        },
      ],
    },
    { width: 1080, height: 220 },
  );
}

/** Every step where the river moves, every fourth where it rests. */
function thinned(steps: readonly number[], values: ArrayLike<number>): number[] {
  const moves = (k: number): boolean => Math.abs(values[k]! - (values[k - 1] ?? NaN)) > 0.02 * values[k]!;
  return steps.filter(k => k % 4 === 0 || moves(k) || moves(k + 1));
}

function flood(runs: readonly ValidationRun[], event: FloodEvent): string {
  const first = runs[0]!;
  const { time, pairs } = first;
  const around = known(first).filter(k => k >= event.start && k <= Math.min(event.end, event.peak + 60 * (HOUR_MS / time.stepMs)));
  const simulated = runs.map(({ score, pairs: own }) => {
    const { colour, line: type } = methodStyle(score.method);
    return { type: 'line', showSymbol: false, color: colour, lineStyle: { width: 1.4, type }, data: line(time, around, own.simulated) };
  });
  const observed = {
    type: 'line',
    showSymbol: false,
    color: INK,
    z: 3,
    lineStyle: { width: 2.6 },
    data: line(time, around, pairs.observed),
  };
  return chart(
    {
      grid: { left: 52, right: 14, top: 10, bottom: 26 },
      xAxis: axis({ type: 'time', splitNumber: 4, splitLine: { show: false } }),
      yAxis: axis({ type: 'value', ...upright('m³/s') }),
      series: [observed, ...simulated],
    },
    { width: 360, height: 240 },
  );
}

const peakOf = ({ pairs }: ValidationRun, { peak }: FloodEvent): string => pairs.observed[peak]!.toPrecision(3);
