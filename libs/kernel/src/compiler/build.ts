import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROUTINGS, STRUCTURES, type RoutingName, type StructureName } from '../structure.js';
import { assembleColumn, assembleReaches, type StepGraph } from './assemble.js';
import { emitJavaScript, JAVASCRIPT_PRELUDE } from './emit-javascript.js';
import { CONSTANT_BYTES, emitWasm } from './emit-wasm.js';
import { FormulaLibrary } from './formula-source.js';
import { dropSlopes, lowerProgram, lowerStep } from './lower.js';
import type { Program } from './program.js';
import { COLUMN, programsOf, REACH, type StepInterface } from './step-programs.js';

// Run by `npm run build` after tsc: formulas/*.ts → dist/libs/kernel/generated. Nothing of this folder is loaded in production.
const formulas = dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts')));
const generated = dirname(fileURLToPath(import.meta.resolve('#generated/column-gr4.cjs')));
const library = new FormulaLibrary();
const locate = (file: string) => join(formulas, `${file}.ts`);

mkdirSync(generated, { recursive: true });
for (const name of Object.keys(STRUCTURES) as StructureName[])
  write(`column-${name}`, { column: [assembleColumn(library, locate, name), COLUMN] }, 0);
for (const name of Object.keys(ROUTINGS) as RoutingName[]) {
  const { reach, head } = assembleReaches(library, locate, name);
  write(`reach-${name}`, { reach: [reach, REACH], head: [head, REACH] }, CONSTANT_BYTES);
}

type Parts = Readonly<Record<string, readonly [StepGraph, StepInterface]>>;

/** One file of JavaScript, which also says what the parts need, and one of WebAssembly. */
function write(name: string, parts: Parts, constantsAt: number): void {
  const simd = new Map<string, Program>();
  for (const [part, [step, face]] of Object.entries(parts)) {
    const lowered = lowerStep(step);
    for (const program of programsOf(lowered, face)) simd.set(`${part}_${program.name}`, lowerProgram(lowered.graph, program));
  }
  writeFileSync(join(generated, `${name}.wasm`), emitWasm({ programs: simd, constantsAt }));
  const text = [
    `'use strict';`,
    `// Written by libs/kernel/src/compiler/build.ts from libs/kernel/src/formulas.`,
    JAVASCRIPT_PRELUDE,
    ...Object.entries(parts).map(([part, [step, face]]) => javaScriptPart(part, step, face)),
    `exports.simd = {`,
    `  binary: () => require('node:fs').readFileSync(require('node:path').join(__dirname, '${name}.wasm')),`,
    `  arrays: ${JSON.stringify(Object.fromEntries([...simd].map(([key, program]) => [key, program.arrays])))},`,
    `};`,
    '',
  ];
  writeFileSync(join(generated, `${name}.cjs`), text.join('\n'));
}

function javaScriptPart(part: string, step: StepGraph, face: StepInterface): string {
  const programs = programsOf(step, face).map(program => dropSlopes(step.graph, program));
  const entries = programs.map(p => `    ${p.name}: { call: ${p.name}, arrays: ${JSON.stringify(p.arrays)} },`);
  return [
    `exports.${part} = (() => {`,
    ...programs.map(emitJavaScript),
    `  return {`,
    `    states: ${JSON.stringify(step.states)}, parameters: ${JSON.stringify(step.parameters)}, geometry: ${JSON.stringify(step.geometry)},`,
    ...entries,
    `  };`,
    `})();`,
  ].join('\n');
}
