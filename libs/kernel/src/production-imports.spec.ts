import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

test('nothing that runs in production reaches the compiler or its packages', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const running = files.filter(file => file.endsWith('.js') && !file.startsWith('compiler') && !/\.(spec|contract)\.js$/.test(file));
  expect(running.length).toBeGreaterThan(10);
  const offending = running.filter(file => /from '(typescript|binaryen|.*\/compiler\/.*)'/.test(readFileSync(join(folder, file), 'utf8')));
  expect(offending).toEqual([]);
});
