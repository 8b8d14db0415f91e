export type Side = 'right' | 'left' | 'below' | 'above';

export interface LabelPoint {
  readonly id: string;
  /** Centre of the mark on the screen, px. */
  readonly x: number;
  readonly y: number;
  readonly labelWidth: number;
  readonly labelHeight: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const SIDES: readonly Side[] = ['right', 'left', 'below', 'above'];
const MARK_RADIUS = 14;

/** Gives each label the side where it covers least: other marks, labels already placed, the edge of the map. Earlier points choose first. */
export function placeLabels(
  points: readonly LabelPoint[],
  frame: { readonly width: number; readonly height: number },
): ReadonlyMap<string, Side> {
  const marks = points.map(point => around(point.x, point.y, MARK_RADIUS, MARK_RADIUS));
  const placed: Box[] = [];
  const sides = new Map<string, Side>();
  for (const [index, point] of points.entries()) {
    const others = [...marks.filter((_, other) => other !== index), ...placed];
    const costs = SIDES.map(side => costOf(boxOf(point, side), others, frame));
    const side = SIDES[costs.indexOf(Math.min(...costs))] ?? 'right';
    sides.set(point.id, side);
    placed.push(boxOf(point, side));
  }
  return sides;
}

const around = (x: number, y: number, halfWidth: number, halfHeight: number): Box => ({
  left: x - halfWidth,
  right: x + halfWidth,
  top: y - halfHeight,
  bottom: y + halfHeight,
});

function boxOf(point: LabelPoint, side: Side): Box {
  const half = point.labelWidth / 2;
  const across = MARK_RADIUS + half;
  const along = MARK_RADIUS + point.labelHeight / 2;
  const shift = { right: [across, 0], left: [-across, 0], below: [0, along], above: [0, -along] }[side];
  return around(point.x + (shift[0] ?? 0), point.y + (shift[1] ?? 0), half, point.labelHeight / 2);
}

function costOf(box: Box, others: readonly Box[], frame: { readonly width: number; readonly height: number }): number {
  const covered = others.reduce((sum, other) => sum + overlap(box, other), 0);
  const inside = overlap(box, { left: 0, top: 0, right: frame.width, bottom: frame.height });
  const whole = (box.right - box.left) * (box.bottom - box.top);
  return covered + 10 * (whole - inside);
}

/** Breaks a name where its two lines come out most alike; short names stay on one. */
export function wrapName(name: string, longest = 18): string {
  const words = name.split(' ');
  if (name.length <= longest || words.length < 2) return name;
  const broken = words.slice(1).map((_, index) => [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')]);
  const width = (lines: readonly string[]): number => Math.max(...lines.map(line => line.length));
  return broken.reduce((best, lines) => (width(lines) < width(best) ? lines : best)).join('\n');
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
