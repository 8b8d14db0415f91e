import { join } from 'node:path';
import { startEmbedded, type EmbeddedDatabase } from '#store';

/** TimescaleDB as deploy/stack/build-timescale.sh built it into `build`, with its data in `folder`; dies with this process. */
export function startTimescale(
  build: string,
  folder: string,
  options: { readonly port?: number; readonly settings?: readonly string[] } = {},
): Promise<EmbeddedDatabase> {
  const bin = join(build, 'usr/lib/postgresql/15/bin');
  return startEmbedded(folder, {
    ...(options.port !== undefined && { port: options.port }),
    binaries: { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') },
    settings: [
      'shared_preload_libraries=timescaledb',
      'timescaledb.telemetry_level=off',
      'max_connections=200',
      ...(options.settings ?? []),
    ],
  });
}
