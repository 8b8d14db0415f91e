import { readEnvironment } from '#config';
import { createLogger, type Pulse } from '#runtime';
import type { FreshetOptions } from '../../apps/freshet/src/freshet-options.js';
import { startFreshet, type Freshet } from '../../apps/freshet/src/start-freshet.js';

type Chosen = Pick<FreshetOptions, 'domainFolders' | 'sql' | 'mode'> & Partial<FreshetOptions>;

/** Freshet with all its roles but the API in this process, one worker, silent, at a port that is free. */
export const startWhole = (options: Chosen): Promise<Freshet> =>
  startFreshet({
    ...{ roles: ['ingest', 'forecast', 'alert'], workers: 1, kafka: null, metricsPort: null },
    address: { host: '127.0.0.1', port: 0 },
    access: readEnvironment({}).access,
    logger: createLogger('silent'),
    ...options,
  });

/** Operations by a clock that a test moves. */
export const startLive = (domainFolder: string, sql: string, pulse: Pulse): Promise<Freshet> =>
  startWhole({ roles: ['ingest', 'forecast', 'alert', 'api'], domainFolders: [domainFolder], sql, mode: { kind: 'live', pulse } });
