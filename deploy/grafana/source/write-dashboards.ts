import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './dashboards.js';

// npm run grafana: writes deploy/grafana/dashboards. This file lies in dist/deploy/grafana/source when it runs.
const folder = fileURLToPath(new URL('../../../../deploy/grafana/', import.meta.url));
mkdirSync(`${folder}dashboards`, { recursive: true });
for (const [path, text] of generatedFiles()) writeFileSync(`${folder}${path}`, text);
