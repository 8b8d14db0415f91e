import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatTable, parseTable } from './table.js';

describe('tables', () => {
  it('reads quoted commas and quotes, skips comments and empty lines, takes short rows', () => {
    expect(parseTable('id,name\r\n# a remark\r\nA,"Mill, ""old"""\r\n\r\nB\r\n')).toEqual([
      { id: 'A', name: 'Mill, "old"' },
      { id: 'B', name: '' },
    ]);
    expect(parseTable('a,b,c\n,2,\n,,3\n')).toEqual([
      { a: '', b: '2', c: '' },
      { a: '', b: '', c: '3' },
    ]);
    expect(parseTable('')).toEqual([]);
  });

  it('reads what it writes', () => {
    const field = fc.string({ maxLength: 12 }).map(text => text.replace(/[\r\n]/g, '').trim());
    const row = fc.record({ id: field.filter(text => text !== '' && !text.startsWith('#')), name: field, river: field });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), rows => {
        expect(parseTable(formatTable(['id', 'name', 'river'], rows))).toEqual(rows);
      }),
    );
  });
});
