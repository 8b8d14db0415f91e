import { utcOf } from '../gauges/read-time.js';
import { Refusal } from '../reject.js';

/** A file as the index of its folder names it. */
export interface IndexedFile {
  /** What it is called, decoded: it may be anything, a path too. */
  readonly name: string;
  /** Date and size as they are written beside it: another one means another content. */
  readonly said: string;
  /** Epoch ms of that date taken for UTC; null where there is none. Servers write their own local time: up to 14 h off. */
  readonly modified: number | null;
}

/** Of a folder: index pages of a hundred thousand files exist. */
const MOST_FILES = 200_000;
const LINK = /<a\s[^<>]{0,500}?\bhref\s{0,9}=\s{0,9}(?:"([^"<>]{0,2000})"|'([^'<>]{0,2000})'|([^\s"'<>]{1,2000}))[^<>]{0,500}>/gi;

/**
 * Reads the index that a server writes of a folder (Apache, nginx, lighttpd, Caddy: a page with links), or a plain text of one name a line, the last
 * word of it. Links to elsewhere, to folders and to other orders of the same page are passed over.
 * @param base address of the index
 * @throws Refusal ANSWER_UNREADABLE for an answer that is neither, or that names too many files.
 */
export function decodeDirectoryIndex(text: string, base: URL): IndexedFile[] {
  const files = /^\s*</.test(text) ? linkedFiles(text, base) : namedFiles(text);
  if (files.length > MOST_FILES) {
    throw new Refusal(
      'ANSWER_UNREADABLE',
      `the index names ${files.length} files; up to ${MOST_FILES} are read: set url to a smaller folder`,
    );
  }
  return files;
}

function linkedFiles(text: string, base: URL): IndexedFile[] {
  const links = [...text.matchAll(LINK)];
  if (links.length === 0) {
    throw new Refusal('ANSWER_UNREADABLE', `the answer is a page without links, no index of a folder: ${firstWordsOf(text)}`);
  }
  return links.flatMap((link, k) => {
    const name = nameIn(decodeEntities(link[1] ?? link[2] ?? link[3] ?? ''), base);
    if (name === null) return [];
    const begins = link.index + link[0].length;
    const ends = Math.min(links[k + 1]?.index ?? text.length, begins + 2000);
    // behind the link's own text, which may be cut short
    const beside = text.slice(begins, ends).replace(/^[^<]{0,1000}<\/a\s{0,9}>/i, '');
    return [{ name, ...dateOf(decodeEntities(beside.replaceAll(/<[^<>]{0,500}>/g, ' '))) }];
  });
}

/** The name of a file in the folder of the index; null for a link to elsewhere. */
function nameIn(href: string, base: URL): string | null {
  if (href === '' || /^[?#]/.test(href) || !URL.canParse(href, base)) return null;
  const at = new URL(href, base);
  const folder = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1);
  if (at.origin !== base.origin || !at.pathname.startsWith(folder) || at.search !== '') return null;
  const encoded = at.pathname.slice(folder.length);
  if (encoded === '' || encoded.includes('/')) return null; // a folder, or a file in one
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null; // a name that nobody can write
  }
}

function namedFiles(text: string): IndexedFile[] {
  const lines = text.split(/\r?\n/).map(line => line.trim());
  const files = lines.flatMap(line => {
    const word = line.split(/\s/).at(-1)!;
    const name = word.replace(/^\.\//, '').replaceAll(/\p{Surrogate}/gu, '\ufffd');
    return name === '' || name.endsWith('/') ? [] : [{ name, ...dateOf(line.slice(0, -word.length)) }];
  });
  if (files.some(({ name }) => /[\u0000-\u0008\ufffd]/.test(name))) {
    throw new Refusal(
      'ANSWER_UNREADABLE',
      'the answer is neither a page of links nor a text of names; url must be the address of an index',
    );
  }
  return files;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** 2026-09-23 05:50, 23-Sep-2026 05:50, 2026-Sep-23 05:50:10. */
function dateOf(text: string): Pick<IndexedFile, 'said' | 'modified'> {
  const said = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  const match = /\b(\d{4}|\d{1,2})-(\d\d|[A-Za-z]{3})-(\d{4}|\d{1,2})[ T](\d\d):(\d\d)(?::(\d\d))?/.exec(said);
  if (match === null) return { said, modified: null };
  const [, first, middle, last, hour, minute, second = '0'] = match;
  const [year, day] = first!.length === 4 ? [first, last] : [last, first];
  const month = MONTHS.indexOf(middle!.toLowerCase()) + 1 || Number(middle);
  const parts = { year: Number(year), month, day: Number(day), hour: Number(hour), minute: Number(minute), second: Number(second) };
  const modified = year!.length === 4 ? utcOf(parts) : NaN;
  return { said, modified: Number.isNaN(modified) ? null : modified };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

const decodeEntities = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,5}));/gi, (whole, decimal?: string, hex?: string, word?: string) => {
    if (word !== undefined) return ENTITIES[word.toLowerCase()] ?? whole;
    return String.fromCodePoint(Math.min(0x10ffff, decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)));
  });

const firstWordsOf = (text: string): string => JSON.stringify(text.replaceAll(/\s+/g, ' ').trim().slice(0, 60));
