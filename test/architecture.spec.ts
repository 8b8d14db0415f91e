import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

// Each rule collects its offences as "file → what", so that a failure prints the offending edge.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A room may import only from rooms of a lower layer. */
const LAYERS: readonly (readonly string[])[] = [
  ['hydrology', 'errors'],
  ['contracts', 'observation', 'forcing', 'nowcast', 'kernel', 'verification', 'alerting'],
  ['assimilation', 'learning', 'bus', 'store'],
  ['cycle', 'config'],
  ['runtime'],
  ['apps/ingest', 'apps/forecast', 'apps/alert', 'apps/api', 'apps/console'],
  ['apps/freshet'],
];

/** Edges within one layer, in one direction only: decoding needs the message, the outbox the bus, a basin's model what a cycle takes. */
const WITHIN_LAYER = new Set(['observation → contracts', 'store → bus', 'config → cycle']);

const MOST_LIBRARIES = 16;
const PURE = new Set([
  ...[
    'hydrology',
    'observation',
    'forcing',
    'nowcast',
    'kernel',
    'assimilation',
    'learning',
    'verification',
    'cycle',
    'alerting',
    'contracts',
  ],
]);
/** Runs when Freshet is built, never when it computes. */
const BUILD_TIME = 'libs/kernel/src/compiler/';
/** Computes the same bits on more processors; the one place of a pure room that knows worker threads. */
const THREADS = 'libs/kernel/src/threads/';
const IMPURE_IMPORT =
  /^(pg|kafkajs|@nestjs\/.*|(node:)?(fs|fs\/promises|worker_threads|net|http|https|child_process|timers|timers\/promises))$/;
const IMPURE_NAME = /\b(Date\.now|Math\.random|performance\.now|new Date\(\)|setTimeout|setInterval)/;
const BANNED_NAMES = new Set(['util', 'utils', 'common', 'helper', 'helpers', 'shared', 'misc']);

/** The environment is read in one place; these hand it over or name the folder of the domains. May shrink, not grow. */
const ENVIRONMENT_READS: Readonly<Record<string, number>> = {
  'apps/freshet/src/commands/dev.ts': 1,
  'apps/freshet/src/commands/key.ts': 1,
  'apps/freshet/src/commands/migrate.ts': 1,
  'apps/freshet/src/commands/replay.ts': 2,
  'apps/freshet/src/commands/run-options.ts': 1,
  'apps/freshet/src/commands/serve.ts': 1,
};

const MOST_LINES = 350;
interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
  readonly isTest: boolean;
}

const files = ['libs', 'apps'].flatMap(readSources);
const product = files.filter(file => !file.isTest);

describe('architecture', () => {
  it('sees the sources', () => {
    expect(product.length).toBeGreaterThan(100);
    expect(product.flatMap(file => file.imports).length).toBeGreaterThan(300);
  });

  it('imports only downward', () => {
    const offences = product.flatMap(file => file.imports.flatMap(name => upwardEdge(file, name)));
    expect(offences).toEqual([]);
  });

  it('reaches other rooms through their public face only', () => {
    const offences = files.flatMap(file =>
      file.imports
        .filter(name => name.startsWith('.'))
        .map(name => relative(ROOT, join(ROOT, file.path, '..', name)))
        .filter(target => !target.startsWith(`${folderOf(file.room)}/`) && !(file.isTest && target.startsWith('test/')))
        .map(target => `${file.path} → ${target}`),
    );
    expect(offences).toEqual([]);
  });

  it('keeps pure rooms free of clock, chance and I/O', () => {
    const pure = product.filter(file => PURE.has(file.room) && !file.path.startsWith(BUILD_TIME));
    const imports = pure.flatMap(file =>
      file.imports.filter(name => IMPURE_IMPORT.test(name) && !isOfThreads(file, name)).map(name => `${file.path} → ${name}`),
    );
    const names = pure.flatMap(file =>
      codeLines(file.text)
        .flatMap(line => IMPURE_NAME.exec(line)?.[1] ?? [])
        .map(name => `${file.path} → ${name}`),
    );
    expect([...imports, ...names]).toEqual([]);
  });

  it('knows Nest in the roles and the runtime only', () => {
    const libraries = product.filter(file => file.path.startsWith('libs/') && file.room !== 'runtime');
    expect(
      libraries.flatMap(file => file.imports.filter(name => name.startsWith('@nestjs/')).map(name => `${file.path} → ${name}`)),
    ).toEqual([]);
    expect(product.filter(file => file.text.includes('forwardRef')).map(file => `${file.path} → forwardRef`)).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const reads = product
      .filter(file => file.path !== 'libs/config/src/environment.ts')
      .map(file => ({ path: file.path, count: codeLines(file.text).filter(line => line.includes('process.env')).length }))
      .filter(({ path, count }) => count > (ENVIRONMENT_READS[path] ?? 0))
      .map(({ path, count }) => `${path} → process.env, ${count} times`);
    expect(reads).toEqual([]);
  });

  it('has few rooms, each with a public face and a README, none with a name that says nothing', () => {
    const libraries = readdirSync(join(ROOT, 'libs'));
    expect(libraries.length).toBeLessThanOrEqual(MOST_LIBRARIES);
    expect([...libraries, ...readdirSync(join(ROOT, 'apps')).map(name => `apps/${name}`)].sort()).toEqual(LAYERS.flat().sort());
    const rooms = LAYERS.flat().map(folderOf);
    expect(rooms.filter(room => !existsSync(join(ROOT, room, 'README.md'))).map(room => `${room} → no README.md`)).toEqual([]);
    expect(
      libraries.filter(name => !existsSync(join(ROOT, 'libs', name, 'src/index.ts'))).map(name => `libs/${name} → no src/index.ts`),
    ).toEqual([]);
    expect(files.filter(file => file.path.split(/[/.-]/).some(part => BANNED_NAMES.has(part))).map(file => file.path)).toEqual([]);
  });

  it('keeps files short', () => {
    const lengths = files.map(({ path, text }) => ({ path, lines: codeLines(text).length }));
    expect(lengths.filter(({ lines }) => lines > MOST_LINES).map(({ path, lines }) => `${path} → ${lines} lines`)).toEqual([]);
  });

  it('finds an offence when there is one', () => {
    const file: SourceFile = { path: 'libs/hydrology/src/x.ts', room: 'hydrology', text: '', imports: [], isTest: false };
    expect(upwardEdge(file, '#store')).toEqual(['libs/hydrology/src/x.ts → #store (layer 0 imports layer 2)']);
    expect(upwardEdge({ ...file, room: 'apps/api' }, '#apps/alert')).toHaveLength(1);
    expect(upwardEdge({ ...file, room: 'store' }, '#bus')).toEqual([]);
    expect(upwardEdge({ ...file, room: 'bus' }, '#store')).toHaveLength(1);
    expect(codeLines('a\n\n// b\n/** c\n * d\n */\n  e // f')).toEqual(['a', '  e // f']);
  });
});

function readSources(folder: string): SourceFile[] {
  const paths = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(path => `${folder}/${path}`);
  return paths
    .filter(path => /\/src\/.*\.tsx?$/.test(path))
    .map(path => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const imports = ts.preProcessFile(text, true, true).importedFiles.map(each => each.fileName);
      const name = path.split('/')[1]!;
      return { path, room: folder === 'apps' ? `apps/${name}` : name, text, imports, isTest: /\.(spec|contract)\.tsx?$/.test(path) };
    });
}

const isOfThreads = (file: SourceFile, name: string): boolean => file.path.startsWith(THREADS) && name === 'node:worker_threads';

const folderOf = (room: string): string => (room.startsWith('apps/') ? room : `libs/${room}`);
const layerOf = (room: string): number => LAYERS.findIndex(rooms => rooms.includes(room));

/** The edge, if this import goes to a room of the same or a higher layer. */
function upwardEdge(file: SourceFile, name: string): string[] {
  if (!name.startsWith('#')) return [];
  const room = name.slice(1);
  const [from, to] = [layerOf(file.room), layerOf(room)];
  if (to === -1 || to < from || room === file.room || WITHIN_LAYER.has(`${file.room} → ${room}`)) return [];
  return [`${file.path} → ${name} (layer ${from} imports layer ${to})`];
}

/** Lines that are neither blank nor comment, as lint counts them. */
function codeLines(text: string): string[] {
  return text.split('\n').filter(line => !/^\s*($|\/\/|\/\*|\*)/.test(line));
}
