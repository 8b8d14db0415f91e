import binaryen from 'binaryen';
import { bitsOf, type ConstantPool, LANES_BYTES } from './constant-pool.js';
import type { SimdScope } from './simd-expressions.js';

export type Expression = binaryen.ExpressionRef;

/** Loads and stores name the memory, because it is declared after them, when its constants are known. */
export const MEMORY = '0';

/** A module over the imported memory env.memory, which threads may share. */
export function newModule(): binaryen.Module {
  const wasm = new binaryen.Module();
  wasm.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.NontrappingFPToInt | binaryen.Features.Atomics);
  return wasm;
}

/** Declares the memory with the constants in it, checks and optimises. */
export function finishModule(wasm: binaryen.Module, pool: ConstantPool): Uint8Array {
  wasm.setMemory(1, 65536, null, [{ offset: wasm.i32.const(pool.at), data: pool.bytes() }], true, false, MEMORY);
  wasm.addMemoryImport(MEMORY, 'env', 'memory', true);
  if (!wasm.validate()) throw new Error('the emitted WebAssembly is not valid');
  binaryen.setOptimizeLevel(3);
  wasm.optimize();
  const binary = wasm.emitBinary();
  wasm.dispose();
  return binary;
}

/** A local by its index, or a parameter by its name. */
type Local = number | string;

/** Writes one function of integers that works on vectors in memory, statement by statement. */
export class Routine implements SimdScope {
  private readonly types: binaryen.Type[] = [];
  private readonly constants = new Map<number, number>();
  private body: Expression[] = [];
  private labels = 0;

  constructor(
    readonly wasm: binaryen.Module,
    private readonly pool: ConstantPool,
    private readonly parameters: readonly string[],
  ) {}

  finish(name: string): void {
    const { wasm } = this;
    const constants = [...this.constants].map(([bits, local]) =>
      wasm.local.set(local, wasm.v128.load(0, LANES_BYTES, wasm.i32.const(this.pool.addressOf(bits)), MEMORY)),
    );
    const parameters = binaryen.createType(this.parameters.map(() => binaryen.i32));
    wasm.addFunction(name, parameters, binaryen.none, this.types, wasm.block(null, [...constants, ...this.body]));
  }

  int(): number {
    return this.local(binaryen.i32);
  }

  vectors(count: number): number[] {
    return Array.from({ length: count }, () => this.local(binaryen.v128));
  }

  get(local: Local): Expression {
    return this.wasm.local.get(this.index(local), binaryen.i32);
  }

  set(local: Local, value: Expression): void {
    this.body.push(this.wasm.local.set(this.index(local), value));
  }

  plus(local: Local, value: Expression): Expression {
    return this.wasm.i32.add(this.get(local), value);
  }

  advance(local: Local, by: number): void {
    this.set(local, this.plus(local, this.wasm.i32.const(by)));
  }

  half(local: Local): Expression {
    return this.wasm.i32.shr_u(this.get(local), this.wasm.i32.const(1));
  }

  /** A whole number that lies in memory as float32. */
  whole(pointer: Local, offset: number): Expression {
    const { i32, f32 } = this.wasm;
    const address = offset < 0 ? this.plus(pointer, i32.const(offset)) : this.get(pointer);
    return i32.trunc_s_sat.f32(f32.load(Math.max(0, offset), 4, address, MEMORY));
  }

  vector(local: number): Expression {
    return this.wasm.local.get(local, binaryen.v128);
  }

  setVector(local: number, value: Expression): void {
    this.body.push(this.wasm.local.set(local, value));
  }

  addTo(local: number, value: Expression): void {
    this.setVector(local, this.wasm.f32x4.add(this.vector(local), value));
  }

  load(pointer: Local, offset: number): Expression {
    return this.wasm.v128.load(offset, LANES_BYTES, this.get(pointer), MEMORY);
  }

  splat(pointer: Local, offset: number): Expression {
    return this.wasm.v128.load32_splat(offset, 4, this.get(pointer), MEMORY);
  }

  store(pointer: Local, offset: number, value: Expression): void {
    this.body.push(this.wasm.v128.store(offset, LANES_BYTES, this.get(pointer), value, MEMORY));
  }

  /** Adds the four numbers of a vector to two float64, the first and second half each. */
  addToDouble(pointer: Local, offset: number, local: number): void {
    const { f64x2, i8x16 } = this.wasm;
    const upper = i8x16.shuffle(this.vector(local), this.vector(local), [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
    const pairs = f64x2.add(f64x2.promote_low_f32x4(this.vector(local)), f64x2.promote_low_f32x4(upper));
    this.store(pointer, offset, f64x2.add(this.load(pointer, offset), pairs));
  }

  zero(): Expression {
    return this.wasm.v128.const(new Uint8Array(LANES_BYTES));
  }

  call(name: string, operands: readonly Expression[]): void {
    this.body.push(this.wasm.call(name, [...operands], binaryen.none));
  }

  /** Repeats until the counter, at least 1 at the start, is down to 0. */
  loop(counter: Local, write: () => void): void {
    const label = `loop${this.labels++}`;
    const inner = this.nested(() => {
      write();
      this.advance(counter, -1);
    });
    this.body.push(this.wasm.loop(label, this.wasm.block(null, [...inner, this.wasm.br_if(label, this.get(counter))])));
  }

  /** Only where the local is not 0. */
  when(local: Local, write: () => void): void {
    this.body.push(this.wasm.if(this.get(local), this.wasm.block(null, this.nested(write))));
  }

  constant(value: number): Expression {
    return this.integer(bitsOf(value));
  }

  integer(bits: number): Expression {
    const local = this.constants.get(bits) ?? this.local(binaryen.v128);
    this.constants.set(bits, local);
    return this.vector(local);
  }

  keep(value: Expression): () => Expression {
    const local = this.local(binaryen.v128);
    this.setVector(local, value);
    return () => this.vector(local);
  }

  private nested(write: () => void): Expression[] {
    const outer = this.body;
    this.body = [];
    write();
    const inner = this.body;
    this.body = outer;
    return inner;
  }

  private index(local: Local): number {
    const index = typeof local === 'number' ? local : this.parameters.indexOf(local);
    if (index < 0) throw new Error(`no argument "${local}"`);
    return index;
  }

  private local(type: binaryen.Type): number {
    this.types.push(type);
    return this.parameters.length + this.types.length - 1;
  }
}
