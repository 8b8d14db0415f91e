import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { METRICS } from '#runtime';
import { ROOT } from '../stack/prepare.js';

const FOLDER = join(ROOT, 'deploy/prometheus');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}
const { groups } = parse(readFileSync(join(FOLDER, 'rules.yaml'), 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap(group => group.rules);

describe('Prometheus rules', () => {
  it('fire when they must and not before', () => {
    expect(execFileSync('promtool', ['test', 'rules', 'rules.test.yaml'], { cwd: FOLDER, encoding: 'utf8' })).toContain('SUCCESS');
  });

  it('are all tested and each has its page', () => {
    const tests = readFileSync(join(FOLDER, 'rules.test.yaml'), 'utf8');
    for (const { alert, annotations } of rules) {
      expect(tests).toMatch(new RegExp(`alertname: ${alert}\\n        exp_alerts:\\n`));
      expect(annotations.runbook).toBe(`deploy/runbooks/${alert}.md`);
      expect(existsSync(join(ROOT, annotations.runbook))).toBe(true);
    }
  });

  it('ask for metrics that there are', () => {
    const asked = new Set(rules.flatMap(({ expr }) => expr.match(/freshet_\w+/g) ?? []));
    expect([...asked].filter(name => !(name in METRICS))).toEqual([]);
  });
});
