import binaryen from 'binaryen';
import { pointer, seriesRows } from './emit-javascript.js';
import { bitsOf, ConstantPool, LANES_BYTES } from './constant-pool.js';
import { NETWORK_WIDTHS } from './emit-network.js';
import { isVector, type Node, reachable } from './graph.js';
import { declareNetwork, NetworkCalls } from './network-calls.js';
import { BLOCK_OF_STEP, type CellRef, FIXED_ARGUMENTS, loopRoots, type Program, type SeriesRef } from './program.js';
import { type SimdScope, simdExpression } from './simd-expressions.js';
import { type Expression, finishModule, MEMORY, newModule } from './wasm-routine.js';

const LANES_SHIFT = 4;
/** Steps summed in float32 before the sum goes on in float64. */
const CHUNK = 32;

/** Operations of a step up to which two units side by side are faster than one after the other (measured with gr4 and kw). */
const LARGEST_PAIRED_STEP = 180;

/** Programs of one module, by the name they are exported under. */
export interface WasmModule {
  readonly programs: ReadonlyMap<string, Program>;
  /** Bytes from here hold its constants, at the start of the memory it shares. */
  readonly constantsAt: number;
}

/** Programs as one WebAssembly module over the imported memory env.memory; addresses are bytes, a unit is four cells. */
export function emitWasm({ programs, constantsAt }: WasmModule): Uint8Array {
  const wasm = newModule();
  const pool = new ConstantPool(constantsAt);
  if ([...programs.values()].some(({ calls }) => calls.length > 0)) declareNetwork(wasm);
  for (const [name, program] of programs) {
    new LoopWriter(wasm, pool, program).write(name);
    wasm.addFunctionExport(name, name);
  }
  writeAccumulate(wasm);
  return finishModule(wasm, pool);
}

class LoopWriter implements SimdScope {
  private readonly types: binaryen.Type[] = [];
  private readonly constants = new Map<number, number>();
  /** Locals of the copies of a unit that one loop computes side by side. */
  private copies: Copy[] = [];
  private copy = 0;
  private readonly unit: number;
  private readonly offset: number;
  private readonly block: number;
  private network: NetworkCalls | undefined;
  private body: Expression[] = [];

  constructor(
    readonly wasm: binaryen.Module,
    private readonly pool: ConstantPool,
    private readonly program: Program,
  ) {
    this.unit = this.local(binaryen.i32);
    this.offset = this.local(binaryen.i32);
    this.block = this.local(binaryen.i32);
  }

  /**
   * Units go two by two, so that one fills the waiting times of the other, then a last one alone. A long step, such as
   * that of a column's adjoint, fills them itself, and two would not fit the registers. With a network as many go together
   * as its routines take.
   */
  write(name: string): void {
    const { wasm } = this;
    const parameters = binaryen.createType([...FIXED_ARGUMENTS, ...this.program.arrays].map(() => binaryen.i32));
    const operations = reachable(loopRoots(this.program)).length;
    const widths = this.program.network ? NETWORK_WIDTHS : operations <= LARGEST_PAIRED_STEP ? [2, 1] : [1];
    const loops = widths.map(width => this.writeUnits(width));
    const start = wasm.local.set(this.unit, this.argument('from'));
    wasm.addFunction(name, parameters, binaryen.none, this.types, wasm.block(null, [...this.loadConstants(), start, ...loops]));
  }

  private writeUnits(width: number): Expression {
    const { wasm } = this;
    const { i32 } = wasm;
    this.copies = Array.from({ length: width }, () => ({ values: new Map(), rows: new Map() }));
    this.network = this.networkCalls(width);
    const next = () => i32.add(this.i32(this.unit), i32.const(width));
    return wasm.block(`done${width}`, [
      wasm.loop(
        `units${width}`,
        wasm.block(null, [
          wasm.br_if(`done${width}`, i32.gt_s(next(), this.argument('to'))),
          ...this.writeUnit(),
          wasm.local.set(this.unit, next()),
          wasm.br(`units${width}`),
        ]),
      ),
    ]);
  }

  private eachCopy(write: () => void): void {
    for (this.copy = 0; this.copy < this.copies.length; this.copy++) write();
    this.copy = 0;
  }

  constant(value: number): Expression {
    return this.pooled(bitsOf(value));
  }

  integer(value: number): Expression {
    return this.pooled(value);
  }

  keep(value: Expression): () => Expression {
    const local = this.local(binaryen.v128);
    this.body.push(this.wasm.local.set(local, value));
    return () => this.wasm.local.get(local, binaryen.v128);
  }

  private writeUnit(): Expression[] {
    const { program } = this;
    const after = program.epilogue.map(e => e.value);
    const before = reachable([...loopRoots(program), ...after]).filter(node => node.rate === 'cell');
    this.body = [];
    this.eachCopy(() => {
      for (const { node, ref } of program.cells) this.assign(node, this.load(this.cellAddress(ref)));
      for (const node of before) this.define(node);
      for (const { input, initial } of program.carried) this.assign(input, this.load(this.cellAddress(initial)));
      for (const ref of seriesRows(program)) this.pointRow(ref);
    });
    const prologue = this.body;
    const vector = () => this.local(binaryen.v128);
    const totals = this.copies.map(() => program.sums.map(() => ({ sum: vector(), low: vector(), high: vector() })));
    const loops = this.writeSteps(totals);
    this.body = [];
    this.eachCopy(() => {
      for (const { input, final } of program.carried) this.body.push(this.store(this.cellAddress(final), this.read(input)));
      program.sums.forEach(({ total }, i) => {
        this.assign(total, this.demoted(totals[this.copy]![i]!));
      });
      for (const node of reachable(after)) if (node.rate === 'sum') this.define(node);
      for (const { value, ref } of program.epilogue) this.body.push(this.store(this.cellAddress(ref), this.read(value)));
    });
    return [...prologue, ...loops, ...this.body];
  }

  /** Steps in chunks: within one, sums are float32 in registers; after it they are added to float64. */
  private writeSteps(totalsOfCopies: readonly (readonly Totals[])[]): Expression[] {
    const { wasm, program } = this;
    const { i32 } = wasm;
    const left = this.local(binaryen.i32);
    const count = this.local(binaryen.i32);
    const taken = this.local(binaryen.i32);
    const step = this.writeStep(totalsOfCopies);
    const totals = totalsOfCopies.flat();
    const forward = program.direction === 'forward';
    const first = forward ? i32.const(0) : i32.shl(i32.sub(this.argument('steps'), i32.const(1)), i32.const(LANES_SHIFT));
    const zero = () => wasm.v128.const(new Uint8Array(LANES_BYTES));
    const [stepped, chunks, steps] = ['stepped', 'chunks', 'steps'].map(label => `${label}${this.copies.length}`) as [
      string,
      string,
      string,
    ];
    return [
      wasm.local.set(left, this.argument('steps')),
      wasm.local.set(this.offset, first),
      ...totals.flatMap(({ low, high }) => [wasm.local.set(low, zero()), wasm.local.set(high, zero())]),
      wasm.block(stepped, [
        wasm.loop(
          chunks,
          wasm.block(null, [
            wasm.br_if(stepped, i32.le_s(this.i32(left), i32.const(0))),
            wasm.local.set(count, wasm.select(i32.lt_s(this.i32(left), i32.const(CHUNK)), this.i32(left), i32.const(CHUNK))),
            wasm.local.set(left, i32.sub(this.i32(left), this.i32(count))),
            wasm.local.set(taken, this.i32(count)),
            ...(this.network?.startChunk() ?? []),
            ...totals.map(({ sum }) => wasm.local.set(sum, zero())),
            wasm.loop(
              steps,
              wasm.block(null, [
                ...step,
                ...(this.network?.endStep() ?? []),
                wasm.local.set(this.offset, i32.add(this.i32(this.offset), i32.const(forward ? LANES_BYTES : -LANES_BYTES))),
                wasm.local.set(count, i32.sub(this.i32(count), i32.const(1))),
                wasm.br_if(steps, this.i32(count)),
              ]),
            ),
            ...totals.flatMap(total => this.flush(total)),
            ...(this.network?.endChunk(this.i32(taken)) ?? []),
            wasm.br(chunks),
          ]),
        ),
      ]),
    ];
  }

  private writeStep(totals: readonly (readonly Totals[])[]): Expression[] {
    const { program } = this;
    this.body = [];
    if (program.arrays.includes(BLOCK_OF_STEP)) this.findBlock();
    this.eachCopy(() => {
      for (const { node, array } of program.blockIn) this.assign(node, this.load(this.blockAddress(array)));
      for (const { node, ref } of program.seriesIn) this.assign(node, this.load(this.rowAddress(ref)));
    });
    for (const call of program.calls) this.writeCall(call);
    this.defineAll(loopRoots(program));
    this.eachCopy(() => {
      this.writeOutcome(totals[this.copy]!);
    });
    return this.body;
  }

  /** Everything that changes with the step among what `roots` depend on and is not known yet. */
  private defineAll(roots: readonly Node[]): void {
    const inside = reachable(roots).filter(node => node.rate === 'step');
    this.eachCopy(() => {
      for (const node of inside) this.define(node);
    });
  }

  /** First what the call needs, for all units side by side, then the call. */
  private writeCall(call: Node): void {
    this.defineAll(call.args);
    this.body.push(...this.network!.call(call));
    const picks = reachable(loopRoots(this.program)).filter(({ op, args }) => op === 'pick' && args[0] === call);
    this.eachCopy(() => {
      for (const pick of picks) this.assign(pick, this.network!.result(call, pick.value, this.copy));
    });
  }

  private networkCalls(width: number): NetworkCalls | undefined {
    const { network, calls } = this.program;
    if (!network) return undefined;
    const scope = {
      wasm: this.wasm,
      argument: (name: string) => this.argument(name),
      newInteger: () => this.local(binaryen.i32),
      read: (node: Node, unit: number) => {
        this.copy = unit;
        const value = this.read(node);
        this.copy = 0;
        return value;
      },
    };
    const keepsSlots = calls.some(({ op }) => op === 'networkAdjoint');
    return new NetworkCalls(scope, network, width, keepsSlots);
  }

  private findBlock(): void {
    const { i32, f32, local } = this.wasm;
    const index = f32.load(0, 4, i32.add(this.argument(BLOCK_OF_STEP), i32.shr_u(this.i32(this.offset), i32.const(2))), MEMORY);
    this.body.push(local.set(this.block, i32.shl(i32.trunc_s_sat.f32(index), i32.const(LANES_SHIFT))));
  }

  private writeOutcome(totals: readonly Totals[]): void {
    const { program, wasm } = this;
    for (const { value, ref } of program.seriesOut) this.body.push(this.store(this.rowAddress(ref), this.read(value)));
    for (const { value, array } of program.blockAdd) {
      this.body.push(this.store(this.blockAddress(array), wasm.f32x4.add(this.load(this.blockAddress(array)), this.read(value))));
    }
    program.sums.forEach(({ value }, i) => {
      const { sum } = totals[i]!;
      this.body.push(wasm.local.set(sum, wasm.f32x4.add(wasm.local.get(sum, binaryen.v128), this.read(value))));
    });
    const next = program.carried.map(({ next: value }) => this.keep(this.read(value)));
    program.carried.forEach(({ input }, i) => {
      this.assign(input, next[i]!());
    });
  }

  private flush({ sum, low, high }: Totals): Expression[] {
    const { wasm } = this;
    const v = (local: number) => wasm.local.get(local, binaryen.v128);
    const upper = wasm.i8x16.shuffle(v(sum), v(sum), [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
    return [
      wasm.local.set(low, wasm.f64x2.add(v(low), wasm.f64x2.promote_low_f32x4(v(sum)))),
      wasm.local.set(high, wasm.f64x2.add(v(high), wasm.f64x2.promote_low_f32x4(upper))),
    ];
  }

  private demoted({ low, high }: Totals): Expression {
    const { wasm } = this;
    const single = (local: number) => wasm.f32x4.demote_f64x2_zero(wasm.local.get(local, binaryen.v128));
    return wasm.i8x16.shuffle(single(low), single(high), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  }

  private define(node: Node): void {
    if (node.op === 'input' || node.op === 'constant' || isVector(node) || this.copies[this.copy]!.values.has(node)) return;
    const value = simdExpression(this, node, argument => this.read(argument));
    this.assign(node, value);
  }

  private read(node: Node): Expression {
    if (node.op === 'constant') return this.constant(node.value);
    const local = this.copies[this.copy]!.values.get(node);
    if (local === undefined) throw new Error(`${node.op} ${node.name} is read before it is known`);
    return this.wasm.local.get(local, binaryen.v128);
  }

  private assign(node: Node, value: Expression): void {
    const { values } = this.copies[this.copy]!;
    const local = values.get(node) ?? this.local(binaryen.v128);
    values.set(node, local);
    this.body.push(this.wasm.local.set(local, value));
  }

  private pooled(bits: number): Expression {
    const local = this.constants.get(bits) ?? this.local(binaryen.v128);
    this.constants.set(bits, local);
    return this.wasm.local.get(local, binaryen.v128);
  }

  private loadConstants(): Expression[] {
    const { wasm } = this;
    return [...this.constants].map(([bits, local]) =>
      wasm.local.set(local, wasm.v128.load(0, LANES_BYTES, wasm.i32.const(this.pool.addressOf(bits)), MEMORY)),
    );
  }

  private pointRow(ref: SeriesRef): void {
    const { i32 } = this.wasm;
    const local = this.local(binaryen.i32);
    this.copies[this.copy]!.rows.set(pointer(ref), local);
    const row = i32.add(i32.mul(this.unitOfCopy(), i32.const(ref.count)), i32.const(ref.index));
    const start = i32.shl(i32.mul(row, this.argument('steps')), i32.const(LANES_SHIFT));
    this.body.push(this.wasm.local.set(local, i32.add(this.argument(ref.array), start)));
  }

  private rowAddress(ref: SeriesRef): Expression {
    return this.wasm.i32.add(this.i32(this.copies[this.copy]!.rows.get(pointer(ref))!), this.i32(this.offset));
  }

  private cellAddress(ref: CellRef): Expression {
    const { i32 } = this.wasm;
    const slot = i32.add(i32.mul(this.argument('cells'), i32.const(ref.index)), this.unitOfCopy());
    return i32.add(this.argument(ref.array), i32.shl(slot, i32.const(LANES_SHIFT)));
  }

  private blockAddress(array: string): Expression {
    const { i32 } = this.wasm;
    const start = i32.shl(i32.mul(this.unitOfCopy(), this.argument('blocks')), i32.const(LANES_SHIFT));
    return i32.add(i32.add(this.argument(array), start), this.i32(this.block));
  }

  private unitOfCopy(): Expression {
    return this.wasm.i32.add(this.i32(this.unit), this.wasm.i32.const(this.copy));
  }

  private load(address: Expression): Expression {
    return this.wasm.v128.load(0, LANES_BYTES, address, MEMORY);
  }

  private store(address: Expression, value: Expression): Expression {
    return this.wasm.v128.store(0, LANES_BYTES, address, value, MEMORY);
  }

  private argument(name: string): Expression {
    const index = [...FIXED_ARGUMENTS, ...this.program.arrays].indexOf(name);
    if (index < 0) throw new Error(`no argument "${name}"`);
    return this.i32(index);
  }

  private i32(local: number): Expression {
    return this.wasm.local.get(local, binaryen.i32);
  }

  private local(type: binaryen.Type): number {
    this.types.push(type);
    return FIXED_ARGUMENTS.length + this.program.arrays.length + this.types.length - 1;
  }
}

interface Copy {
  readonly values: Map<Node, number>;
  readonly rows: Map<string, number>;
}

interface Totals {
  readonly sum: number;
  readonly low: number;
  readonly high: number;
}

/** accumulate(target, source, steps): adds one lane of a series to one lane of another. */
function writeAccumulate(wasm: binaryen.Module): void {
  const { i32, f32, local } = wasm;
  const get = (index: number) => local.get(index, binaryen.i32);
  const bump = (index: number, by: number) => local.set(index, i32.add(get(index), i32.const(by)));
  const body = wasm.loop(
    'steps',
    wasm.block(null, [
      f32.store(0, 4, get(0), f32.add(f32.load(0, 4, get(0), MEMORY), f32.load(0, 4, get(1), MEMORY)), MEMORY),
      bump(0, LANES_BYTES),
      bump(1, LANES_BYTES),
      bump(2, -1),
      wasm.br_if('steps', get(2)),
    ]),
  );
  wasm.addFunction('accumulate', binaryen.createType([binaryen.i32, binaryen.i32, binaryen.i32]), binaryen.none, [], body);
  wasm.addFunctionExport('accumulate', 'accumulate');
}
