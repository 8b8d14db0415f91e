import { escapeHtml, FONT } from './text.js';
import { INK, methodStyle } from './palette.js';

const LINE = 20;
const CHARACTER = 7;
const SWATCH = 30;

/** A drawing with a key of its methods below it, for where it stands alone: on the page one key serves all. */
export function withKey(svg: string, methods: readonly string[]): string {
  const [, width, height] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number) as [number, number, number];
  let [x, y] = [8, height + 12];
  const entries = [{ label: 'observed', colour: INK, line: 'solid' }, ...methods.map(methodStyle)].map(({ label, colour, line }) => {
    const wide = SWATCH + CHARACTER * label.length;
    if (x + wide > width) [x, y] = [8, y + LINE];
    const dash = line === 'dashed' ? ' stroke-dasharray="4 3"' : '';
    const entry = `<path d="M${x} ${y}h18" stroke="${colour}" stroke-width="3"${dash}/><text x="${x + 23}" y="${y + 4}">${escapeHtml(label)}</text>`;
    x += wide + 8;
    return entry;
  });
  const all = y + LINE - 6;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${all}" width="${width}" height="${all}" font-family="${FONT}" font-size="11" fill="${INK}"><rect width="${width}" height="${all}" fill="#fff"/>${svg}${entries.join('')}</svg>`;
}
