import { storedFiles, type StoredFile } from './bucket-dialect.js';
import { EXTENSION } from './rain-formats.js';
import type { SimulatedAnswer } from './http-dialects.js';
import type { SimulatedWorld } from './simulated-world.js';

/**
 * The rain at plain addresses, below /files/: `latest.h5` (or as files of the format end), whose content changes; radar/yyyy/MM/dd/rain_yyyyMMddHHmm.h5, not there before its time; and
 * for each folder the index that a server writes.
 */
export async function answerFiles(world: SimulatedWorld, path: string): Promise<SimulatedAnswer> {
  const files = await storedFiles(world);
  const extension = EXTENSION[world.rainFormat ?? 'odim'];
  const found = path === `latest.${extension}` ? newestOf(files) : files.findLast(({ key }) => key === path);
  if (found !== undefined)
    return { status: 200, type: extension === 'h5' ? 'application/x-hdf5' : 'application/octet-stream', body: Buffer.from(found.bytes) };
  const isFolder = path === '' || (path.endsWith('/') && files.some(({ key }) => key.startsWith(path)));
  if (isFolder) return { status: 200, type: 'text/html', body: indexOf(files, path) };
  return { status: 404, type: 'text/html', body: '<html><body><h1>404 Not Found</h1></body></html>' };
}

const newestOf = (files: readonly StoredFile[]): StoredFile | undefined =>
  files.reduce<StoredFile | undefined>(
    (newest, file) => (newest === undefined || file.modified >= newest.modified ? file : newest),
    undefined,
  );

/** As nginx writes it: long names cut short, the date and the size in columns. */
function indexOf(files: readonly StoredFile[], path: string): string {
  const below = files.filter(({ key }) => key.startsWith(path)).map(file => ({ ...file, rest: file.key.slice(path.length) }));
  const folders = new Set(below.flatMap(({ rest }) => (rest.includes('/') ? [rest.slice(0, rest.indexOf('/') + 1)] : [])));
  const rows = below
    .filter(({ rest }) => !rest.includes('/'))
    .map(({ rest, bytes, modified }) => `<a href="${rest}">${rest.slice(0, 50)}</a>   ${dateOf(modified)}   ${bytes.length}\r\n`);
  const list = [...[...folders].map(name => `<a href="${name}">${name}</a>\r\n`), ...rows].join('');
  return `<html>\r\n<head><title>Index of /${path}</title></head>\r\n<body>\r\n<h1>Index of /${path}</h1><hr><pre><a href="../">../</a>\r\n${list}</pre><hr></body>\r\n</html>\r\n`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 04-Nov-2014 05:15 */
function dateOf(time: number): string {
  const date = new Date(time).toISOString();
  return `${date.slice(8, 10)}-${MONTHS[Number(date.slice(5, 7)) - 1]!}-${date.slice(0, 4)} ${date.slice(11, 16)}`;
}
