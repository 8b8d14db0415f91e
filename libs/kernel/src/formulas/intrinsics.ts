/**
 * The only functions a formula may call besides other formulas. The compiler knows each by name and derivative;
 * called directly they are the float64 reference.
 */
export const tanh = (x: number): number => Math.tanh(x);
export const exp = (x: number): number => Math.exp(x);
export const log = (x: number): number => Math.log(x);
export const sqrt = (x: number): number => Math.sqrt(x);
export const pow = (x: number, y: number): number => Math.pow(x, y);
export const min = (a: number, b: number): number => Math.min(a, b);
export const max = (a: number, b: number): number => Math.max(a, b);
export const abs = (x: number): number => Math.abs(x);
/**
 * x with the derivative zero. With it an iteration costs no derivative: hold where it ended, then take one more Newton step
 * x − G(x)/held(G′(x)), whose derivative is that of the implicit function theorem.
 */
export const held = (x: number): number => x;
