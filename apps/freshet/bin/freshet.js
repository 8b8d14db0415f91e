#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../../../dist/apps/freshet/src/main.js', import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('freshet: the program is not built yet; run "npm ci" first\n');
  process.exit(1);
}
await import(main.href);
