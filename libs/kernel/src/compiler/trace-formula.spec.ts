import { describe, expect, test } from '@jest/globals';
import { isFault } from '#errors';
import type { Formula, Structure } from '../structure.js';
import { assembleColumn } from './assemble.js';
import { reverse, tangent } from './differentiate.js';
import { evaluate } from './evaluate.js';
import { FormulaLibrary } from './formula-source.js';
import { Graph, type Node } from './graph.js';
import { parametersOf, traceFormula } from './trace-formula.js';

const INTRINSICS = `export const tanh = (x: number): number => Math.tanh(x);`;

/** Compiles the first function of a text as formulas/bad.ts. */
function compile(text: string): ReturnType<typeof traceFormula> {
  const library = new FormulaLibrary(path => (path.endsWith('/intrinsics.ts') ? INTRINSICS : text));
  const file = library.file('/formulas/bad.ts');
  const graph = new Graph();
  const name = [...file.functions.keys()][0]!;
  return traceFormula(library, graph, { file, name, args: parametersOf(file, name).map(parameter => graph.input(parameter, 'step')) });
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isFault(error)) return error.message;
    throw error;
  }
  return 'no error';
}

describe('what is outside the subset is refused at its place, with what is allowed instead', () => {
  test.each([
    [
      'function f(x: number) {\n  let y = x;\n  return y;\n}',
      'bad.ts:2:3 only const declarations and one return are allowed in a formula: let y = x;',
    ],
    ['function f(x: number) {\n  for (;;) {}\n}', 'bad.ts:2:3 only const declarations and one return'],
    [
      'function f(x: number) {\n  return x % 2;\n}',
      'bad.ts:2:10 only + − * /, a ternary, intrinsics and calls of other formulas are allowed: x % 2',
    ],
    ['function f(x: number) {\n  return x ** 2;\n}', 'bad.ts:2:10 only + − * /'],
    [
      'function f(x: number) {\n  return Math.sin(x);\n}',
      'bad.ts:2:10 only intrinsics (tanh exp log sqrt pow min max abs held) and imported formulas may be called',
    ],
    [
      'function f(x: number) {\n  return sin(x);\n}',
      '"sin" is neither an intrinsic (tanh exp log sqrt pow min max abs held) nor a formula',
    ],
    ['function f(x: number) {\n  return x > 1 && x < 2 ? 1 : 0;\n}', 'bad.ts:2:10 a condition compares two numbers with < <= > or >='],
    ['function f(x: number) {\n  return x === 1 ? 1 : 0;\n}', 'a condition compares two numbers'],
    ['function f(x: number) {\n  return x + z;\n}', 'bad.ts:2:14 "z" is not a parameter, a const above it or a const number of the file'],
    ['function f(x: number) {\n  const y = x;\n}', 'bad.ts:1:1 a formula must return a number or an object of numbers'],
    ['function f(x: number) {\n  return f(x);\n}', 'formulas may call each other but not themselves'],
    ['function f(x: number) {\n  return g(x, x);\n}\nfunction g(x: number) { return x; }', 'bad.ts:2:10 g takes 1 numbers'],
    [
      'function f(x: number) {\n  return g(x).b;\n}\nfunction g(x: number) { return { a: x }; }',
      'bad.ts:2:10 no "b" comes out of that formula',
    ],
    ["import { tanh } from './intrinsics.js';\nfunction f(x: number) {\n  return tanh(x, x);\n}", 'bad.ts:3:10 tanh takes 1 number(s)'],
    [
      'let state = 0;\nfunction f(x: number) { return x; }',
      'bad.ts:1:1 only imports, functions and const numbers are allowed at the top of a formula file',
    ],
    ['function f(x: number) {\n  return { ...x };\n}', 'an object holds only name: number'],
  ])('%j', (text, message) => {
    expect(messageOf(() => compile(text))).toContain(message);
  });
});

test('constants, calls, unpacking, ternaries and signs are followed', () => {
  const text = `
    import { tanh } from './intrinsics.js';
    const SCALE = 2 * 3;
    function f(x: number, y: number) {
      const { twice, sign } = g(x);
      const inner = g(y);
      return (twice + inner.twice) / SCALE - tanh(-y) * sign;
    }
    function g(x: number) { return { twice: 2 * x, sign: x >= 0 ? 1 : -1 }; }`;
  const node = compile(text) as Node;
  for (const [x, y] of [
    [1.5, -2],
    [-0.25, 0.75],
  ] as const) {
    const expected = (2 * x + 2 * y) / 6 - Math.tanh(-y) * (x >= 0 ? 1 : -1);
    expect(
      evaluate(
        [node],
        new Map([
          ['x', x],
          ['y', y],
        ]),
      ).get(node),
    ).toBeCloseTo(expected, 14);
  }
});

test('what is held keeps its value and loses its derivative, so that one more Newton step carries that of the root', () => {
  const text = `
    import { held } from './intrinsics.js';
    export function root(a: number) { const x = held(step(step(step(step(1, a), a), a), a)); return x - (x * x - a) / held(2 * x); }
    function step(x: number, a: number) { return x - (x * x - a) / (2 * x); }`;
  const library = new FormulaLibrary(path => (path.endsWith('/intrinsics.ts') ? INTRINSICS : text));
  const graph = new Graph();
  const a = graph.input('a', 'step');
  const node = traceFormula(library, graph, { file: library.file('/formulas/root.ts'), name: 'root', args: [a] }) as Node;
  const along = graph.input('direction a', 'step');
  const adjoint = reverse(graph, new Map([[node, graph.constant(1)]]), n => n.op === 'input').get(a)!;
  const forward = tangent(graph, [node], new Map([[a, along]])).get(node)!;
  const values = evaluate([node, adjoint, forward], new Map([['a', 3], ['direction a', 1]])); // prettier-ignore
  expect(values.get(node)).toBeCloseTo(Math.sqrt(3), 14);
  for (const slope of [adjoint, forward]) expect(values.get(slope)).toBeCloseTo(0.5 / Math.sqrt(3), 7);
});

describe('a structure that cannot be wired is refused at its place', () => {
  const FORMULAS: Record<string, string> = {
    'forcing.ts':
      'export function forcing(rain: number, pet: number, rainFactor: number) { return { P: rain * rainFactor, E: pet, known: 1 }; }',
    'runoff.ts': 'export function runoff(qt: number, cellArea: number) { return { runoff: qt * cellArea }; }',
  };
  const store = (symbols: Record<string, number>) => symbols;
  const compileStructure = (text: string, declaration: Partial<Structure>) => {
    const library = new FormulaLibrary(path => FORMULAS[path.split('/').pop()!] ?? text);
    const slots = { transfer: store as unknown as Formula };
    const structure = { title: '', source: '', slots, evaporation: [], exchange: [], stores: { ht: 'ct' }, ...declaration };
    return () => assembleColumn(library, { name: 'bad', declaration: structure, path: '/structures/bad.ts' });
  };
  const good = 'export function store(P: number, ht: number, ct: number) { return { ht: ht + P / ct, qt: 0 * P, e: P }; }';
  const text = (slot: string, rest: string) => `${slot}\nexport const bad = { slots: { transfer: store },\n  ${rest} };`;

  test.each([
    [
      'export function store(P: number, moon: number) { return { qt: P * moon }; }',
      {},
      'bad.ts:1:34 "moon" is given by no earlier slot and is no state, parameter or geometry of the register: moon: number',
    ],
    ['export function shop(P: number) { return { qt: P }; }', {}, 'the slot "store" must be a function of this file or imported by it'],
    ['export function store(P: number) { return P; }', {}, 'bad.ts:1:1 store is a slot: it must return an object of named numbers'],
    [
      'export function store(P: number, ht: number, ct: number) { return { ht: ht + P / ct }; }',
      {},
      'runoff.ts:1:24 "qt" is given by no earlier slot',
    ],
    [text(good, `evaporation: ['es']`), { evaporation: ['es'] }, 'bad.ts:3:16 no slot gives "es"; there is P, E, known, ht, qt, e, runoff'],
    [text(good, `stores: { hp: 'ct' }`), { stores: { hp: 'ct' } }, 'bad.ts:3:13 "hp" is no state of these slots; the states are ht'],
    [text(good, `stores: { ht: 'cp' }`), { stores: { ht: 'cp' } }, 'bad.ts:3:13 "cp" is no parameter of these slots'],
    [text(good, `stores: {}`), { stores: {} }, 'bad.ts:3:3 the state "ht" is missing here: say how much water it holds'],
  ] as const)('%j', (source, declaration, message) => {
    expect(messageOf(compileStructure(source, declaration))).toContain(message);
  });
});
