import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METRICS, Metrics } from './metrics.js';

describe('metrics', () => {
  it('writes what was sampled now and forgets what was sampled before', async () => {
    let basins = ['a', 'b'];
    const metrics = new Metrics(() => Promise.resolve(basins.map(basin => ({ name: 'freshet_cycle_open', labels: { basin }, value: 2 }))));
    expect(await metrics.text()).toContain('freshet_cycle_open{basin="b"} 2');
    basins = ['a'];
    const text = await metrics.text();
    expect(text).toContain('freshet_cycle_open{basin="a"} 2');
    expect(text).not.toContain('basin="b"');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('are the ones that docs/reference/metrics.md lists, with the same labels and meaning', () => {
    const page = readFileSync(new URL('../../../../docs/reference/metrics.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(freshet_\w+)` \| (.*?) \| (.*?) \|$/gm)].map(([, name, labels, help]) => [name, labels, help]);
    const labelText = (labels: readonly string[]) => labels.map(label => `\`${label}\``).join(', ');
    expect(rows).toEqual(Object.entries(METRICS).map(([name, { help, labels }]) => [name, labelText(labels), help]));
  });
});
