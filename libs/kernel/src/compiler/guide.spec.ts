import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { assembleKernel, type KernelRecipe } from '../create-kernel.js';
import { type GeneratedColumn, loadReach } from '../generated-module.js';
import { kernelContract } from '../kernel.contract.js';
import type { Structure } from '../structure.js';
import { compileStructure } from './compile.js';
import { readDeclaration } from './declared.js';
import { FormulaLibrary } from './formula-source.js';

// Follows docs/guides/add-a-model-structure.md: the file it shows is all that a new structure needs.

const SOURCES = dirname(dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts'))));
const COMPILED = dirname(dirname(fileURLToPath(import.meta.url)));
const guide = readFileSync(join(SOURCES, '../../../docs/guides/add-a-model-structure.md'), 'utf8');
const [, path, code] = /`libs\/kernel\/src\/(structures\/.*?\.ts)`:\n\n```ts\n(.*?)```/s.exec(guide)! as unknown as [
  string,
  string,
  string,
];
const folder = mkdtempSync(join(tmpdir(), 'freshet-guide-'));

/** The build's steps on a file that lies nowhere yet: tsc, then the compiler. */
async function build(): Promise<{ column: GeneratedColumn; seconds: number }> {
  const compiled = join(folder, 'structures.js');
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const script = ts.transpileModule(code, { compilerOptions: options }).outputText;
  const base = pathToFileURL(join(COMPILED, path)).href;
  writeFileSync(
    compiled,
    script.replace(/from '(\..*?)'/g, (_, target: string) => `from '${new URL(target, base).href}'`),
  );
  const source = join(SOURCES, path);
  const library = new FormulaLibrary(file => (file === source ? code : readFileSync(file, 'utf8')));
  const declared = await readDeclaration<Structure>(source, compiled);
  const seconds = Math.min(
    ...[1, 2].map(() =>
      secondsOf(() => {
        compileStructure(library, declared, folder);
      }),
    ),
  ); // the first warms binaryen up
  return { column: createRequire(import.meta.url)(join(folder, `column-${declared.name}.cjs`)) as GeneratedColumn, seconds };
}

/** Of the processor, so that a busy machine does not count. */
function secondsOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

const { column, seconds } = await build();
const make = (recipe: KernelRecipe) => assembleKernel(recipe, { generatedColumn: column, generatedReach: loadReach(recipe.routing) });

describe('the structure of the guide', () => {
  test('is one file of at most 60 lines and compiles within a second', () => {
    expect(code.split('\n').length).toBeLessThanOrEqual(60);
    expect(seconds).toBeLessThan(1);
    expect(column.column.states).toEqual(['hi', 'hp', 'ht', 'hl']);
    expect(column.column.parameters).toEqual(['ci', 'cp', 'ct', 'cl']);
  });
});

kernelContract('f64', { structures: ['twin_boxes'], make });
kernelContract('f32', { structures: ['twin_boxes'], make });
