import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROUTINGS, STRUCTURES, type RoutingName, type StructureName } from '../structure.js';
import { assembleColumn, assembleReaches, type StepGraph } from './assemble.js';
import { emitJavaScript } from './emit-javascript.js';
import { FormulaLibrary } from './formula-source.js';
import { COLUMN, programsOf, REACH, type StepInterface } from './step-programs.js';

// Run by `npm run build` after tsc: formulas/*.ts → dist/libs/kernel/generated. Nothing of this folder is loaded in production.
const formulas = dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts')));
const generated = dirname(fileURLToPath(import.meta.resolve('#generated/column-gr4.cjs')));
const library = new FormulaLibrary();
const locate = (file: string) => join(formulas, `${file}.ts`);

mkdirSync(generated, { recursive: true });
for (const name of Object.keys(STRUCTURES) as StructureName[])
  write(`column-${name}`, { column: [assembleColumn(library, locate, name), COLUMN] });
for (const name of Object.keys(ROUTINGS) as RoutingName[]) {
  const { reach, head } = assembleReaches(library, locate, name);
  write(`reach-${name}`, { reach: [reach, REACH], head: [head, REACH] });
}

function write(name: string, parts: Readonly<Record<string, readonly [StepGraph, StepInterface]>>): void {
  const sections = Object.entries(parts).map(([part, [step, face]]) => javaScriptPart(part, step, face));
  const text = [`'use strict';`, `// Written by libs/kernel/src/compiler/build.ts from libs/kernel/src/formulas.`, ...sections, ''].join(
    '\n',
  );
  writeFileSync(join(generated, `${name}.cjs`), text);
}

function javaScriptPart(part: string, step: StepGraph, face: StepInterface): string {
  const programs = programsOf(step, face);
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
