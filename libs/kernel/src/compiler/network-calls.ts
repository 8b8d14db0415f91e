import binaryen from 'binaryen';
import { LANES_BYTES } from './constant-pool.js';
import { NETWORK_WIDTHS } from './emit-network.js';
import type { Node } from './graph.js';
import type { NetworkSize } from './program.js';
import { type Expression, MEMORY } from './wasm-routine.js';

/** What a loop offers to the calls of the network in it. */
export interface CallScope {
  readonly wasm: binaryen.Module;
  argument(name: string): Expression;
  newInteger(): number;
  /** Values of the units side by side. */
  read(node: Node, unit: number): Expression;
}

/** Arguments of the routines of emit-network.ts, all addresses but the last of a flush. */
const ROUTINES = { forward: 4, adjoint: 4, tangent: 5, flush: 4 } as const;

/** Imports the routines of emit-network.ts, for each number of units side by side. */
export function declareNetwork(wasm: binaryen.Module): void {
  for (const width of NETWORK_WIDTHS) {
    for (const [name, count] of Object.entries(ROUTINES)) {
      const types = binaryen.createType(Array.from({ length: count }, () => binaryen.i32));
      wasm.addFunctionImport(`network_${name}${width}`, 'env', `network_${name}${width}`, types, binaryen.none);
    }
  }
}

const even = (count: number): number => Math.ceil(count / 2) * 2;

/** The calls of the network in one loop over steps: where their numbers lie is said in emit-network.ts. */
export class NetworkCalls {
  private readonly slot: number;
  private readonly stride: number;
  private readonly adjointAt: number;
  private readonly extraBytes: number;

  constructor(
    private readonly scope: CallScope,
    private readonly size: NetworkSize,
    private readonly width: number,
    private readonly keepsSlots: boolean,
  ) {
    this.slot = scope.newInteger();
    this.stride = scope.newInteger();
    this.adjointAt = even(size.inputs);
    this.extraBytes = (even(size.inputs) + even(size.outputs)) * width * LANES_BYTES;
  }

  /** Before the steps of a chunk: the next slot is the first. */
  startChunk(): Expression[] {
    const { i32, f32, local } = this.scope.wasm;
    const rows = i32.trunc_s_sat.f32(f32.load(12, 4, this.scope.argument('networkShape'), MEMORY));
    return [
      local.set(this.slot, i32.add(this.scope.argument('networkScratch'), i32.const(this.extraBytes))),
      local.set(this.stride, i32.mul(rows, i32.const(this.width * LANES_BYTES))),
    ];
  }

  endStep(): Expression[] {
    const { i32, local } = this.scope.wasm;
    return this.keepsSlots ? [local.set(this.slot, i32.add(this.get(this.slot), this.get(this.stride)))] : [];
  }

  /** After the steps of a chunk: their weight gradients. */
  endChunk(steps: Expression): Expression[] {
    if (!this.keepsSlots) return [];
    const { i32 } = this.scope.wasm;
    const first = i32.add(this.scope.argument('networkScratch'), i32.const(this.extraBytes));
    return [this.invoke('flush', [this.scope.argument('networkShape'), first, steps, this.scope.argument('weightAdjoint')])];
  }

  /** Hands over the arguments of a call and makes it; `result` then reads what it gave. */
  call(node: Node): Expression[] {
    const { inputs } = this.size;
    const [first, rest] = [node.args.slice(0, inputs), node.args.slice(inputs)];
    const [shape, weights] = ['networkShape', 'weights'].map(name => this.scope.argument(name)) as [Expression, Expression];
    const given = this.storeRows(this.get(this.slot), 0, first);
    switch (node.op) {
      case 'network':
        return [...given, this.invoke('forward', [shape, weights, this.get(this.slot), this.extra()])];
      case 'networkAdjoint':
        return [
          ...given,
          ...this.storeRows(this.get(this.slot), this.adjointAt, rest),
          this.invoke('adjoint', [shape, weights, this.get(this.slot), this.extra()]),
        ];
      default:
        return [
          ...given,
          ...this.storeRows(this.extra(), even(this.size.outputs), rest),
          this.invoke('tangent', [shape, weights, this.scope.argument('weightDirection'), this.get(this.slot), this.extra()]),
        ];
    }
  }

  /** One number of what the call of `vector` gave. */
  result(vector: Node, index: number, unit: number): Expression {
    if (vector.op === 'networkTangent') return this.loadRow(this.get(this.slot), this.adjointAt + index, unit);
    return this.loadRow(this.extra(), (vector.op === 'network' ? 0 : even(this.size.outputs)) + index, unit);
  }

  private storeRows(base: Expression, from: number, nodes: readonly Node[]): Expression[] {
    const stores: Expression[] = [];
    nodes.forEach((node, i) => {
      for (let unit = 0; unit < this.width; unit++) {
        const address = this.scope.wasm.copyExpression(base);
        stores.push(this.scope.wasm.v128.store(this.rowOffset(from + i, unit), LANES_BYTES, address, this.scope.read(node, unit), MEMORY));
      }
    });
    return stores;
  }

  private loadRow(base: Expression, row: number, unit: number): Expression {
    return this.scope.wasm.v128.load(this.rowOffset(row, unit), LANES_BYTES, base, MEMORY);
  }

  private rowOffset(row: number, unit: number): number {
    return (row * this.width + unit) * LANES_BYTES;
  }

  private extra(): Expression {
    return this.scope.argument('networkScratch');
  }

  private get(local: number): Expression {
    return this.scope.wasm.local.get(local, binaryen.i32);
  }

  private invoke(name: keyof typeof ROUTINES, operands: Expression[]): Expression {
    return this.scope.wasm.call(`network_${name}${this.width}`, operands, binaryen.none);
  }
}
