import { describe, expect, it } from '@jest/globals';
import { parseIso } from '#hydrology';
import { decodeDirectoryIndex } from './directory-index.js';

const BASE = new URL('https://files.example/radar/rw/');
const AT = parseIso('2026-09-23T05:50Z');
const NAME = 'raa01-rw_10000-2609230550-dwd---bin.gz';

describe('the index of a folder', () => {
  it.each([
    [
      'nginx',
      `<html><head><title>Index of /radar/rw/</title></head><body><h1>Index of /radar/rw/</h1><hr><pre><a href="../">../</a>\r\n<a href="${NAME}">raa01-rw_10000-2609230..&gt;</a>  23-Sep-2026 05:50    112233\r\n</pre></body></html>`,
    ],
    [
      'Apache, preformatted',
      `<pre><a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a><hr><a href="/radar/">Parent Directory</a>  -\n<img src="/i.gif" alt="[ ]"> <a href="${NAME}">${NAME}</a>  2026-09-23 05:50  110K\n</pre>`,
    ],
    [
      'Apache, a table',
      `<table><tr><td><a href="/radar/">Parent</a></td></tr><tr><td valign="top"><img src="x"></td><td><a href='${NAME}'>${NAME}</a></td><td align="right">2026-09-23 05:50  </td><td align="right">110K</td></tr></table>`,
    ],
    [
      'lighttpd',
      `<table><tbody><tr><td class="n"><a href="../">..</a>/</td></tr><tr><td class="n"><a href="${NAME}">${NAME}</a></td><td class="m">2026-Sep-23 05:50:00</td><td class="s">109.6K</td></tr></tbody></table>`,
    ],
    ['whole addresses', `<ul><li><A HREF=https://files.example/radar/rw/${NAME}>x</A> 23-Sep-2026 05:50</li></ul>`],
    ['a text as of ls', `drwxr-xr-x 2 a a 4096 2026-09-23 05:00 sub/\n-rw-r--r-- 1 a a 112233 2026-09-23 05:50 ${NAME}\n`],
  ])('of %s names its files with their dates', (_, text) => {
    expect(decodeDirectoryIndex(text, BASE)).toEqual([{ name: NAME, said: expect.stringMatching(/05:50/), modified: AT }]);
  });

  it('says something else beside a file that was replaced', () => {
    const [first, second] = ['05:50    434', '05:51    434'].map(
      said => decodeDirectoryIndex(`<a href="a.h5">a.h5</a> 23-Sep-2026 ${said}`, BASE)[0]!.said,
    );
    expect(first).not.toBe(second);
  });

  it('of names alone, decoded, and of none', () => {
    expect(decodeDirectoryIndex('./a.h5\r\nb.h5\n\n', BASE)).toEqual(['a.h5', 'b.h5'].map(name => ({ name, said: '', modified: null })));
    expect(decodeDirectoryIndex(`<a href="a&amp;b%20&#x63;.h5">`, BASE)).toEqual([{ name: 'a&b c.h5', said: '', modified: null }]);
    expect(decodeDirectoryIndex('', BASE)).toEqual([]);
    expect(decodeDirectoryIndex('<a href="../">..</a>', BASE)).toEqual([]);
  });

  it('is read in a time that grows with its length only', () => {
    for (const text of ['<a ', '<a href="', '<a href="x" ', '<', '<a href=x>&', '<a href="a.h5">b'].map(piece => piece.repeat(100_000))) {
      const begun = performance.now();
      try {
        decodeDirectoryIndex(`<${text}`, BASE);
        decodeDirectoryIndex(`${'a'.repeat(300_000)} b`, BASE);
      } catch (cause) {
        expect(cause).toMatchObject({ code: 'ANSWER_UNREADABLE' });
      }
      expect(performance.now() - begun).toBeLessThan(3000);
    }
  });
});
