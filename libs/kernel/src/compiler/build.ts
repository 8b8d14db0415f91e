import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileNetwork, compileRouting, compileStructure } from './compile.js';
import { sealedStructures, snowStructures } from './compositions.js';
import { declaredRoutings, declaredStructures } from './declared.js';
import { FormulaLibrary } from './formula-source.js';

// Run by `npm run build` after tsc: structures/*.ts and routings/*.ts → dist/libs/kernel/generated. Nothing of this folder is loaded
// in production.
const generated = dirname(fileURLToPath(import.meta.resolve('#generated/index.cjs')));
const library = new FormulaLibrary();
const plain = await declaredStructures();
const structures = [...plain, ...sealedStructures(plain), ...snowStructures(plain)];
const routings = await declaredRoutings();

mkdirSync(generated, { recursive: true });
for (const structure of structures) compileStructure(library, structure, generated);
for (const routing of routings) compileRouting(library, routing, generated);
compileNetwork(generated);
const names = (declared: readonly { readonly name: string }[]) => JSON.stringify(declared.map(({ name }) => name).sort());
writeFileSync(
  join(generated, 'index.cjs'),
  `'use strict';\nexports.structures = ${names(structures)};\nexports.routings = ${names(routings)};\n`,
);
