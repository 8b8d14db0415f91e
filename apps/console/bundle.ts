import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Runs after tsc and bundles the sources (not tsc's output), so that the map and the charts are tree-shaken as ES modules.
const out = 'dist/apps/console/public';
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync('apps/console/public', out, { recursive: true });
// MapLibre loads its worker from beside the chunk that asks for it; a bundler does not see that file.
copyFileSync(fileURLToPath(import.meta.resolve('maplibre-gl/dist/maplibre-gl-worker.mjs')), `${out}/maplibre-gl-worker.mjs`);
await build({
  entryPoints: { console: 'apps/console/src/main.tsx', style: 'apps/console/src/style.css' },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['source'],
  alias: { 'signed-event-source': 'eventsource' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  sourcemap: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
