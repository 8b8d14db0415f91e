import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Routing, Structure } from '../structure.js';
import { assembleColumn, assembleReaches, type Declared, type StepGraph } from './assemble.js';
import { emitJavaScript, JAVASCRIPT_PRELUDE } from './emit-javascript.js';
import { CONSTANT_BYTES } from './constant-pool.js';
import { emitNetwork } from './emit-network.js';
import { emitWasm } from './emit-wasm.js';
import type { FormulaLibrary } from './formula-source.js';
import { dropSlopes, lowerProgram, lowerStep } from './lower.js';
import type { Program } from './program.js';
import { COLUMN, programsOf, REACH, type StepInterface, tapeWidth } from './step-programs.js';

/** Writes `column-<name>.cjs` and `.wasm` into a folder: the four loops of the structure in both precisions, and its stores. */
export function compileStructure(library: FormulaLibrary, structure: Declared<Structure>, folder: string): void {
  const column = assembleColumn(library, structure);
  write({ folder, name: `column-${structure.name}`, constantsAt: 0 }, { column: [column, COLUMN] }, [
    `exports.stores = ${JSON.stringify(structure.declaration.stores)};`,
    `exports.network = ${JSON.stringify(structure.declaration.network)};`,
  ]);
}

/** Writes `reach-<name>.cjs` and `.wasm` into a folder. */
export function compileRouting(library: FormulaLibrary, routing: Declared<Routing>, folder: string): void {
  const { reach, head } = assembleReaches(library, routing);
  write({ folder, name: `reach-${routing.name}`, constantsAt: CONSTANT_BYTES }, { reach: [reach, REACH], head: [head, REACH] }, []);
}

/** Writes `network.cjs` and `.wasm` into a folder: the routines of the network in SIMD, the same for every structure. */
export function compileNetwork(folder: string): void {
  writeFileSync(join(folder, 'network.wasm'), emitNetwork(2 * CONSTANT_BYTES));
  writeFileSync(join(folder, 'network.cjs'), `'use strict';\nexports.binary = ${readBinary('network')};\n`);
}

const readBinary = (name: string): string => `() => require('node:fs').readFileSync(require('node:path').join(__dirname, '${name}.wasm'))`;

type Parts = Readonly<Record<string, readonly [StepGraph, StepInterface]>>;

interface Target {
  readonly folder: string;
  readonly name: string;
  readonly constantsAt: number;
}

/** One file of JavaScript, which also says what the parts need, and one of WebAssembly. */
function write({ folder, name, constantsAt }: Target, parts: Parts, also: readonly string[]): void {
  const simd = new Map<string, Program>();
  for (const [part, [step, face]] of Object.entries(parts)) {
    const lowered = lowerStep(step);
    for (const program of programsOf(lowered, face)) simd.set(`${part}_${program.name}`, lowerProgram(lowered.graph, program));
  }
  writeFileSync(join(folder, `${name}.wasm`), emitWasm({ programs: simd, constantsAt }));
  const text = [
    `'use strict';`,
    `// Written by libs/kernel/src/compiler/build.ts from libs/kernel/src/formulas.`,
    JAVASCRIPT_PRELUDE,
    ...Object.entries(parts).map(([part, [step, face]]) => javaScriptPart(part, step, face)),
    ...also,
    `exports.simd = {`,
    `  binary: ${readBinary(name)},`,
    `  arrays: ${JSON.stringify(Object.fromEntries([...simd].map(([key, program]) => [key, program.arrays])))},`,
    `};`,
    '',
  ];
  writeFileSync(join(folder, `${name}.cjs`), text.join('\n'));
}

function javaScriptPart(part: string, step: StepGraph, face: StepInterface): string {
  const programs = programsOf(step, face).map(program => dropSlopes(step.graph, program));
  const entries = programs.map(p => `    ${p.name}: { call: ${p.name}, arrays: ${JSON.stringify(p.arrays)} },`);
  return [
    `exports.${part} = (() => {`,
    ...programs.map(emitJavaScript),
    `  return {`,
    `    states: ${JSON.stringify(step.states)}, parameters: ${JSON.stringify(step.parameters)}, geometry: ${JSON.stringify(step.geometry)},`,
    `    tapeWidth: ${tapeWidth(step)},`,
    ...entries,
    `  };`,
    `})();`,
  ].join('\n');
}
