/**
 * Areas that a quadrilateral shares with the unit cells of a grid, exactly, by Green's theorem: each edge is cut at the grid's
 * lines; a piece adds the area between itself and the right end of its row, whose running sum along the row is the share of each
 * cell.
 */
export class CellOverlap {
  /** Left column and top row of the cells that may share area, and their numbers. */
  column = 0;
  row = 0;
  columns = 0;
  rows = 0;
  /** Shares in cell areas, row-major over `rows` × `columns`; sums to the area of the quadrilateral. */
  shares = new Float64Array(64);

  /** `x` and `y` are the four corners in cells, in order around the quadrilateral, y downwards; either direction. */
  compute(x: Float64Array, y: Float64Array): void {
    this.frame(x, y);
    this.shares.fill(0, 0, this.rows * this.columns);
    for (let corner = 0; corner < 4; corner++) {
      const next = (corner + 1) % 4;
      this.addEdge([x[corner]! - this.column, y[corner]! - this.row, x[next]! - this.column, y[next]! - this.row]);
    }
    this.sumRows();
  }

  private frame(x: Float64Array, y: Float64Array): void {
    this.column = Math.floor(Math.min(x[0]!, x[1]!, x[2]!, x[3]!));
    this.row = Math.floor(Math.min(y[0]!, y[1]!, y[2]!, y[3]!));
    this.columns = Math.floor(Math.max(x[0]!, x[1]!, x[2]!, x[3]!)) - this.column + 2; // one more takes what passes the right end
    this.rows = Math.floor(Math.max(y[0]!, y[1]!, y[2]!, y[3]!)) - this.row + 1;
    const count = this.rows * this.columns;
    if (count > this.shares.length) this.shares = new Float64Array(2 * count);
  }

  private addEdge([x0, y0, x1, y1]: readonly [number, number, number, number]): void {
    if (y0 === y1) return;
    let [x, y, t] = [x0, y0, 0];
    const [dx, dy] = [x1 - x0, y1 - y0];
    while (t < 1) {
      const next = Math.min(1, nextLine(x0, dx, x, t), nextLine(y0, dy, y, t));
      const [toX, toY] = next === 1 ? [x1, y1] : [x0 + next * dx, y0 + next * dy];
      this.addPiece((x + toX) / 2, (y + toY) / 2, toY - y);
      [x, y, t] = [toX, toY, next];
    }
  }

  /** A piece inside of one cell: its middle and its height. */
  private addPiece(x: number, y: number, height: number): void {
    const column = Math.floor(x);
    const at = Math.floor(y) * this.columns + column;
    const inside = column + 1 - x;
    this.shares[at]! += height * inside;
    this.shares[at + 1]! += height * (1 - inside);
  }

  private sumRows(): void {
    for (let row = 0; row < this.rows; row++) {
      let sum = 0;
      for (let at = row * this.columns; at < (row + 1) * this.columns; at++) {
        sum += this.shares[at]!;
        this.shares[at] = Math.abs(sum);
      }
    }
  }
}

/** Fraction of the edge at which it crosses the next whole number after the place `at` it has reached at fraction `t`. */
function nextLine(start: number, length: number, at: number, t: number): number {
  if (length === 0) return 1;
  const line = length > 0 ? Math.floor(at + EPSILON) + 1 : Math.ceil(at - EPSILON) - 1;
  const fraction = (line - start) / length;
  return fraction > t ? fraction : 1;
}

/** In cells: a piece shorter than this adds nothing. */
const EPSILON = 1e-9;
