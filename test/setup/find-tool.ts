import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Where `.ci/run` puts checkers that are not npm's; test/README.md says how to have them. */
const FOLDERS = [join(ROOT, '.stack/python/bin'), join(ROOT, '.stack/bin'), ...(process.env['PATH'] ?? '').split(delimiter)];

/** The path of a checker; null where it is missing, which is said, and is a failure in CI. */
export function findTool(name: string): string | null {
  const found = FOLDERS.map(folder => join(folder, name)).find(path => existsSync(path)) ?? null;
  if (found === null) process.stderr.write(`tests skipped: ${name} is not there (test/README.md)\n`);
  return found;
}
