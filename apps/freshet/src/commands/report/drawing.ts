import { BoxplotChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml, FONT } from './text.js';
import { withKey } from './key.js';
import { FAINT, INK, QUIET } from './palette.js';

use([BoxplotChart, CustomChart, LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, SVGRenderer]);

/** A drawing with what a reader needs to understand it. */
export interface Figure {
  /** Of the file, where drawings are written as files. */
  readonly name: string;
  readonly title: string;
  readonly note?: string;
  readonly svg: string;
  /** Too wide for a telephone: there it scrolls. */
  readonly wide?: boolean;
  /** Methods told apart by their colours alone: a drawing that stands alone gets their key. */
  readonly methods?: readonly string[];
}

/** Keeps every drawing of a page under its name. */
export class Drawings extends Map<string, string> {
  show({ name, title, note, svg, wide, methods }: Figure): string {
    this.set(name, methods ? withKey(svg, methods) : svg);
    const caption = `<figcaption><b>${escapeHtml(title)}</b>${note === undefined ? '' : ` ${escapeHtml(note)}`}</figcaption>`;
    return `<figure class="${wide ? 'wide' : ''}">${caption}<div class="drawing">${svg}</div></figure>`;
  }
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A chart as SVG, in the style of the page. */
export function chart(option: EChartsCoreOption, size: Size): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, ...size });
  drawn.setOption({ animation: false, textStyle: { fontFamily: FONT, color: INK }, grid: GRID, ...option });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  return svg.replace(/ (d|points)="[^"]*"/g, path => path.replace(/(\d+\.\d)\d+/g, '$1'));
}

const GRID = { left: 48, right: 16, top: 14, bottom: 34 };

/** An axis with quiet lines; its name is the quantity with its unit. */
export const axis = (option: Record<string, unknown>): Record<string, unknown> => ({
  axisLine: { lineStyle: { color: QUIET } },
  axisLabel: { color: INK, fontSize: 11, hideOverlap: true },
  splitLine: { lineStyle: { color: FAINT } },
  nameTextStyle: { color: QUIET, fontSize: 11 },
  ...option,
});

/** A name that stands across the upright axis. */
export const upright = (name: string): Record<string, unknown> => ({ name, nameLocation: 'middle', nameGap: 36, nameRotate: 90 });
/** A name below the lying axis. */
export const lying = (name: string): Record<string, unknown> => ({ name, nameLocation: 'middle', nameGap: 22 });
