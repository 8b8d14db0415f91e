import type { DissectedFit } from '../validation/run-validation.js';
import { axis, chart, lying, upright, type Drawings } from './drawing.js';
import { decimals, escapeHtml } from './text.js';
import { INK, methodStyle } from './palette.js';

/** Misfit against departure from the prior for the weights that were tried, with the one that was taken. */
export function lCurves(fits: readonly DissectedFit[], drawings: Drawings): string {
  return fits
    .filter(({ anatomy }) => anatomy.lCurve)
    .map(({ method, split, anatomy: { lCurve, priorWeight } }) => {
      const { label, colour } = methodStyle(method);
      const data = lCurve!.map(({ weight, misfit, background }) => ({
        value: [misfit, background],
        label: { show: true, position: 'right', fontSize: 11, color: INK, formatter: weight.toExponential(1) },
        ...(weight === priorWeight && { symbolSize: 14, itemStyle: { borderColor: INK, borderWidth: 2 } }),
      }));
      const option = {
        grid: { left: 58, right: 60, top: 14, bottom: 38 },
        xAxis: axis({ type: 'log', ...lying('misfit, 1 − NSE averaged over the gauges') }),
        yAxis: axis({ type: 'log', ...upright('departure from the prior, Σ u²') }),
        series: [{ type: 'line', data, color: colour, symbolSize: 7, symbol: 'circle' }],
      };
      const note = `Number: weight. Ringed: the corner, ${priorWeight.toExponential(1)}. Before it a lighter weight buys fit, behind it only departure.`;
      return drawings.show({
        name: `${split === 'given' ? '' : 'exchanged-'}l-curve-${method.split(':')[0]}`,
        title: `L-curve of ${label}`,
        note,
        svg: chart(option, { width: 540, height: 340 }),
      });
    })
    .join('');
}

/** Time, gradients and memory of the fits on all gauges. */
export function effortTable(fits: readonly DissectedFit[]): string {
  const most = Math.max(...fits.map(({ cost }) => cost.cpuSeconds));
  const rows = fits.map(({ method, split, cost, anatomy }) => {
    const { label, colour } = methodStyle(method);
    const bar = `<i class="bar" style="width:${(100 * (cost.cpuSeconds / most)).toFixed(0)}%;background:${colour}"></i>`;
    const name = `${escapeHtml(label)}${split === 'swapped' ? ' <small>periods exchanged</small>' : ''}`;
    const cells = [
      name,
      `${decimals(cost.cpuSeconds, 1)}${bar}`,
      decimals(cost.seconds, 1),
      cost.evaluations,
      cost.iterations,
      cost.peakMiB,
      anatomy.priorWeight.toExponential(1),
    ];
    return `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const heads = [
    'fit on all gauges',
    'processor seconds',
    'seconds on the clock',
    'gradients',
    'iterations',
    'process memory so far, MiB',
    'weight of the prior',
  ];
  return `<div class="scroll"><table><thead><tr>${heads.map(head => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
