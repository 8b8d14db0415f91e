import { correctionResponse, parameterValues } from '#learning';
import type { FitAnatomy } from '../validation/fit-anatomy.js';
import type { DissectedFit } from '../validation/run-validation.js';
import { OUTPUTS, prefixOf, withUnit, type Inside } from './inside.js';
import { methodStyle } from './palette.js';
import { plate, rangeOf, type Tile } from './raster.js';

const SIDE = 36;
/** mm per step: beyond the heaviest hour of most basins a surface says little. */
const MOST_RAIN = 12;

const labelOf = ({ method }: DissectedFit): string => methodStyle(method).label;

/** What the networks inside the step answer to net rain on a store of any filling. */
export function correctionSurfaces({ fits, split, drawings }: Inside): string {
  const outputs = [...new Set(fits.flatMap(({ anatomy }) => anatomy.correction?.network.outputs ?? []))];
  return outputs
    .map(output => {
      const shown = fits.flatMap(fit => {
        const values = responseOf(fit.anatomy, output);
        return values ? [{ fit, values }] : [];
      });
      const scale = {
        range: rangeOf(
          shown.map(({ values }) => values),
          0,
        ),
        ramp: 'diverging' as const,
        label: `correction f of ${OUTPUTS[output] ?? output}`,
      };
      const axes = { x: `pn, 0 to ${MOST_RAIN} mm/h`, y: 'hp, 0 to 1' };
      const tiles = shown.map(({ fit, values }): Tile => ({ label: labelOf(fit), raster: { rows: SIDE, columns: SIDE, values }, axes }));
      const note = 'Over net rain pn and filling of the production store hp; the transfer store at its mean, no demand.';
      return drawings.show({
        name: `${prefixOf(split)}surface-${output}`,
        title: `Learned correction of ${OUTPUTS[output] ?? output}`,
        note,
        svg: plate(tiles, scale),
        wide: true,
      });
    })
    .join('');
}

function responseOf({ correction }: FitAnatomy, output: string): Float64Array | undefined {
  const at = correction?.network.outputs.indexOf(output) ?? -1;
  if (!correction || at < 0) return undefined;
  const { network, weights, usual } = correction;
  return Float64Array.from({ length: SIDE * SIDE }, (_, k) => {
    const [x, y] = [(k % SIDE) / (SIDE - 1), 1 - Math.floor(k / SIDE) / (SIDE - 1)];
    return correctionResponse(network, weights, [y, usual[1]!, MOST_RAIN * x, 0])[at]!;
  });
}

/** What a mapping makes of the first two descriptors, and where the basin's cells lie among them. */
export function mappingSurfaces({ fits, found: { domain }, split, drawings }: Inside): string {
  const [first, second] = [...domain.descriptors].map(([name, values]): Side => ({ name, values, limits: limits(values) }));
  if (!first || !second) return '';
  const ids = [...new Set(fits.flatMap(({ anatomy }) => anatomy.mapped.parameters.filter(isMapped).map(({ id }) => id)))];
  const axes = { x: spaced(first.name), y: spaced(second.name) };
  const note = `Over ${axes.x} (${span(first)}) and ${axes.y} (${span(second)}). A ring is a cell of the basin: where there are none, the mapping guesses.`;
  const marks = Array.from(first.values, (value, cell) => [placed(value, first), SIDE - placed(second.values[cell]!, second)] as const);
  return ids
    .map(id => {
      const shown = fits
        .filter(({ anatomy }) => anatomy.mapped.parameters.some(each => each.id === id && isMapped(each)))
        .map(fit => ({ fit, values: mappingOf(fit.anatomy, id, { descriptors: domain.descriptors, first, second }) }));
      const scale = { range: rangeOf(shown.map(({ values }) => values)), ramp: 'sequential' as const, label: withUnit(id) };
      const tiles = shown.map(({ fit, values }): Tile => ({
        label: labelOf(fit),
        raster: { rows: SIDE, columns: SIDE, values },
        axes,
        marks,
        markSize: 0.25,
      }));
      const svg = plate(tiles, scale);
      return drawings.show({ name: `${prefixOf(split)}mapping-${id}`, title: `Learned mapping of ${id}`, note, svg, wide: true });
    })
    .join('');
}

/** A descriptor along a side of a surface. */
interface Side {
  readonly name: string;
  readonly values: Float64Array;
  readonly limits: readonly [number, number];
}

const isMapped = ({ form }: { readonly form: string }): boolean => ['multilinear', 'multipower', 'ann'].includes(form);
const placed = (value: number, { limits: [low, high] }: Side): number => ((value - low) / (high - low)) * (SIDE - 1) + 0.5;

interface Plane {
  readonly descriptors: ReadonlyMap<string, Float64Array>;
  readonly first: Side;
  readonly second: Side;
}

/** The other descriptors, where there are more than two, stay at their means. */
function mappingOf({ mapped }: FitAnatomy, id: string, { descriptors, first, second }: Plane): Float64Array {
  const cellCount = SIDE * SIDE;
  const along = ({ limits: [low, high] }: Side, share: (k: number) => number): Float64Array =>
    Float64Array.from({ length: cellCount }, (_, k) => low + (high - low) * share(k));
  const fields = [...descriptors].map(([name, values]) => {
    if (name === first.name) return [name, along(first, k => (k % SIDE) / (SIDE - 1))] as const;
    if (name === second.name) return [name, along(second, k => 1 - Math.floor(k / SIDE) / (SIDE - 1))] as const;
    return [name, new Float64Array(cellCount).fill(values.reduce((sum, value) => sum + value, 0) / values.length)] as const;
  });
  return Float64Array.from(parameterValues(mapped, id, { descriptors: new Map(fields), cellCount }));
}

const limits = (values: Float64Array): readonly [number, number] => [Math.min(...values), Math.max(...values)];
const span = ({ limits: [low, high] }: Side): string => `${Number(low.toPrecision(3))} to ${Number(high.toPrecision(3))}`;
const spaced = (name: string): string => name.replace(/_/g, ' ');
