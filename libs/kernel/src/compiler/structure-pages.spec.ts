import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { VARIABLES, type VariableId } from '#hydrology';
import { declaredRoutings, declaredStructures } from './declared.js';
import { FormulaLibrary } from './formula-source.js';
import { structurePages } from './structure-pages.js';

const folder = new URL('../../../../docs/reference/structures/', import.meta.resolve('#formulas/intrinsics.ts'));
const declared = { structures: await declaredStructures(), routings: await declaredRoutings() };
const pages = structurePages(new FormulaLibrary(), declared);

describe('docs/reference/structures', () => {
  test('has a page for every structure and routing, and no other', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
    expect([...pages.keys()]).toEqual(expect.arrayContaining(['README.md', 'gr4.md', 'gr4_ode.md', 'routing-kw.md']));
  });

  test.each([...pages])('%s is what npm run docs:structures writes', (name, text) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
  });

  test('a page names symbol, unit, default and bounds of each of its variables, and the source of its equations', () => {
    const text = pages.get('gr6.md')!;
    for (const id of ['ci', 'cp', 'ct', 'be', 'kexc', 'aexc', 'hi', 'hp', 'ht', 'he'] satisfies VariableId[]) {
      const { unit, default: initial, min, max } = VARIABLES[id];
      expect(text).toMatch(new RegExp(`\\| \`${id}\` \\|.*\\| ${unit} \\| ${initial} \\| ${min} \\| ${max} \\|`));
    }
    expect(text).toContain('Pushpalatha et al. 2011');
    expect(text).toContain('export function exponentialTransfer(');
  });
});
