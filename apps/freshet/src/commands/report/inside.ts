import { DAY_MS, VARIABLES, type VariableId } from '#hydrology';
import { correlation } from '#verification';
import { stampsOf } from '../validation/fit-anatomy.js';
import type { Split } from '../validation/plan.js';
import type { DissectedFit, ValidationResults } from '../validation/run-validation.js';
import { axis, chart, upright, type Drawings } from './drawing.js';
import { decimals, escapeHtml } from './text.js';
import { methodStyle } from './palette.js';
import { meshRaster, plate, rangeOf } from './raster.js';

/** The fits on all gauges of one split. */
export interface Inside {
  readonly found: ValidationResults;
  readonly split: Split;
  readonly fits: readonly DissectedFit[];
  readonly drawings: Drawings;
}

export const prefixOf = (split: Split): string => (split === 'given' ? '' : 'exchanged-');
const labelOf = ({ method }: DissectedFit): string => methodStyle(method).label;

export function withUnit(id: string): string {
  const { unit } = VARIABLES[id as VariableId];
  return unit === '-' ? id : `${id}, ${unit}`;
}

/** What an output of a network inside the step does, for a reader who knows the model. */
export const OUTPUTS: Readonly<Record<string, string>> = {
  zps: 'infiltration',
  zp: 'net rain that fills',
  zes: 'evaporation',
  ze: 'evaporation',
  zc: 'direct branch',
  zc2: 'second split',
  zl: 'exchange',
  zt: 'release',
  zperc: 'percolation',
};

/** Where the mapped parameters vary, by method, under one scale a parameter. */
export function parameterMaps({ fits, found: { domain }, split, drawings }: Inside): string {
  const ids = [...new Set(fits.flatMap(({ anatomy }) => anatomy.parameters.map(({ id }) => id)))].filter(id => id !== 'ci');
  return ids
    .map(id => {
      const shown = fits.flatMap(fit =>
        fit.anatomy.parameters.filter(each => each.id === id && varies(each.values)).map(({ values }) => ({ fit, values })),
      );
      if (shown.length === 0) return '';
      const { name } = VARIABLES[id as VariableId];
      const scale = {
        range: rangeOf(shown.map(({ values }) => values)),
        ramp: 'sequential' as const,
        label: withUnit(id),
      };
      const marks = gaugesOf(domain);
      const tiles = shown.map(({ fit, values }) => ({ label: labelOf(fit), raster: meshRaster(domain.mesh, values), marks }));
      return drawings.show({
        name: `${prefixOf(split)}map-${id}`,
        title: `${id}, ${name}`,
        note: 'Circles: gauges. North is up.',
        svg: plate(tiles, scale),
        wide: true,
      });
    })
    .join('');
}

const gaugesOf = ({ stations, mesh }: ValidationResults['domain']): (readonly [number, number])[] =>
  stations.filter(({ gauged }) => gauged).map(({ cell }) => [mesh.column[cell]! + 0.5, mesh.row[cell]! + 0.5] as const);

const varies = (values: Float64Array): boolean => values.some(value => Math.abs(value - values[0]!) > 1e-6 * Math.abs(values[0]!));

/** What the networks inside the step did to the fluxes, cell by cell. */
export function correctionMaps({ fits, found: { domain }, split, drawings }: Inside): string {
  const outputs = [...new Set(fits.flatMap(({ anatomy }) => anatomy.correction?.network.outputs ?? []))];
  return outputs
    .map(output => {
      const shown = fits.flatMap(fit => {
        const { correction } = fit.anatomy;
        const at = correction?.network.outputs.indexOf(output) ?? -1;
        return correction && at >= 0 ? [{ fit, map: correction.maps[at]! }] : [];
      });
      const scale = {
        range: rangeOf(
          shown.map(({ map }) => map),
          0,
        ),
        ramp: 'diverging' as const,
        label: `mean correction f of ${OUTPUTS[output] ?? output}`,
      };
      const tiles = shown.map(({ fit, map }) => ({ label: labelOf(fit), raster: meshRaster(domain.mesh, map), marks: gaugesOf(domain) }));
      const note = 'The flux is multiplied by 1 + f (the split by f²): 0 leaves it as it was.';
      return drawings.show({
        name: `${prefixOf(split)}correction-${output}`,
        title: `Correction of ${OUTPUTS[output] ?? output}`,
        note,
        svg: plate(tiles, scale),
        wide: true,
      });
    })
    .join('');
}

/** How much of a parameter follows each descriptor. */
export function correlations({ fits, found: { domain } }: Inside): string {
  const names = [...domain.descriptors.keys()];
  const rows = fits.flatMap(fit => {
    const mapped = fit.anatomy.parameters.filter(({ id, values }) => id !== 'ci' && varies(values));
    return mapped.map(({ id, values }, k) => {
      const cells = names.map(name => {
        const r = correlation({ simulated: values, observed: domain.descriptors.get(name)! });
        return `<td style="background:${tint(r)}">${decimals(r, 2)}</td>`;
      });
      const head = k === 0 ? `<th scope="rowgroup" rowspan="${mapped.length}">${escapeHtml(labelOf(fit))}</th>` : '';
      return `<tr>${head}<td>${id}</td>${cells.join('')}</tr>`;
    });
  });
  if (rows.length === 0 || names.length === 0) return '';
  const heads = ['method', 'parameter', ...names.map(name => name.replace(/_/g, ' '))];
  return `<div class="scroll"><table class="narrow"><thead><tr>${heads.map(head => `<th>${escapeHtml(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const tint = (r: number): string => (r < 0 ? `rgba(140,81,10,${(0.5 * -r).toFixed(2)})` : `rgba(1,102,94,${(0.5 * r).toFixed(2)})`);

/** Basin means of the stores and the exchange through the scored period. */
export function timeCourses({ fits, split, drawings }: Inside): string {
  const ids = [...new Set(fits.flatMap(({ anatomy }) => anatomy.stores.map(({ id }) => id)))];
  const stores = ids.map(id => {
    const series = fits.flatMap(fit => fit.anatomy.stores.filter(each => each.id === id).map(({ mean }) => curve(fit, mean)));
    const svg = chart(
      {
        xAxis: axis({ type: 'time', splitLine: { show: false } }),
        yAxis: axis({ type: 'value', scale: true, ...upright('share of capacity') }),
        series,
      },
      WIDE,
    );
    return drawings.show({
      name: `${prefixOf(split)}course-${id}`,
      title: `${id}, ${VARIABLES[id as VariableId].name}: mean of the basin`,
      svg,
      wide: true,
      methods: fits.map(({ method }) => method),
    });
  });
  const series = fits.map(fit => curve(fit, fit.anatomy.exchange, DAY_MS));
  const svg = chart(
    { xAxis: axis({ type: 'time', splitLine: { show: false } }), yAxis: axis({ type: 'value', ...upright('mm/day') }), series },
    WIDE,
  );
  const exchange = drawings.show({
    name: `${prefixOf(split)}course-exchange`,
    title: 'Exchange: water won from outside the basin',
    note: 'Below 0: lost.',
    svg,
    wide: true,
    methods: fits.map(({ method }) => method),
  });
  return [...stores, exchange].join('');
}

const WIDE = { width: 1080, height: 240 };
const SIX_HOURS = DAY_MS / 4;

/** One point six hours for a store, the sum of each day for a flux. */
function curve(fit: DissectedFit, values: Float64Array, sumMs?: number): Record<string, unknown> {
  const { time } = fit.anatomy;
  const every = Math.max(1, Math.round((sumMs ?? SIX_HOURS) / time.stepMs));
  const stamps = stampsOf(fit.anatomy);
  const ends = stamps.map((_, k) => k).filter(k => (k + 1) % every === 0);
  const at = (k: number): number =>
    sumMs === undefined ? values[k]! : values.subarray(k + 1 - every, k + 1).reduce((sum, value) => sum + value, 0);
  const { colour, line } = methodStyle(fit.method);
  const data = ends.map(k => [stamps[k], Number(at(k).toPrecision(3))]);
  return { type: 'line', showSymbol: false, color: colour, lineStyle: { width: 1.5, type: line }, data };
}
