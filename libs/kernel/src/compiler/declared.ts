import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Fault } from '#errors';
import type { Routing, Structure } from '../structure.js';
import type { Declared } from './assemble.js';

/** The sources of the kernel, where formulas are read from; compiled declarations lie beside this file's folder. */
const SOURCES = dirname(dirname(fileURLToPath(import.meta.resolve('#formulas/intrinsics.ts'))));
const COMPILED = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Every structure: a file of structures/, `gr4-ode.ts` exporting `gr4_ode`. */
export const declaredStructures = (): Promise<Declared<Structure>[]> => readDeclarations('structures');

/** Every routing: a file of routings/. */
export const declaredRoutings = (): Promise<Declared<Routing>[]> => readDeclarations('routings');

async function readDeclarations<T>(folder: string): Promise<Declared<T>[]> {
  const declared: Declared<T>[] = [];
  for (const file of readdirSync(join(SOURCES, folder)).sort()) {
    if (!/^[a-z0-9-]+\.ts$/.test(file)) continue;
    declared.push(await readDeclaration<T>(join(SOURCES, folder, file), join(COMPILED, folder, file.replace(/ts$/, 'js'))));
  }
  return declared;
}

/** One declaration from its TypeScript source and what tsc made of it. */
export async function readDeclaration<T>(path: string, compiled: string): Promise<Declared<T>> {
  const name = basename(path, '.ts').replaceAll('-', '_');
  const module = (await import(pathToFileURL(compiled).href)) as Record<string, T>;
  const declaration = module[name];
  if (declaration === undefined)
    throw new Fault('STRUCTURE_INVALID', `${path} must export a const of its own name, ${name}`, { file: path });
  return { name, declaration, path };
}
