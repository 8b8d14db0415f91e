import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version in package.json. */
export async function freshetVersion(): Promise<string> {
  const manifest = join(fileURLToPath(new URL('../../../../../', import.meta.url)), 'package.json');
  return (JSON.parse(await readFile(manifest, 'utf8')) as { readonly version: string }).version;
}
