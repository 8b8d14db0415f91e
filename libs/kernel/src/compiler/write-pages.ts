import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { declaredRoutings, declaredStructures } from './declared.js';
import { FormulaLibrary } from './formula-source.js';
import { structurePages } from './structure-pages.js';

// Run by `npm run docs:structures`: rewrites docs/reference/structures.
const folder = new URL('../../../../docs/reference/structures/', import.meta.resolve('#formulas/intrinsics.ts'));
mkdirSync(folder, { recursive: true });
const declared = { structures: await declaredStructures(), routings: await declaredRoutings() };
for (const [name, text] of structurePages(new FormulaLibrary(), declared)) writeFileSync(fileURLToPath(new URL(name, folder)), text);
