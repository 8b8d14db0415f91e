import { readEnvironment } from '#config';
import { createLogger } from '#runtime';
import { startFreshet, type Freshet } from '../../apps/freshet/src/start-freshet.js';
import type { ManualPulse } from './manual-pulse.js';

/** Every role in this process on live feeds, at the time that a test says it is. */
export const startLive = (domainFolder: string, sql: string, pulse: ManualPulse): Promise<Freshet> =>
  startFreshet({
    ...{ roles: ['ingest', 'forecast', 'alert', 'api'], domainFolders: [domainFolder], sql, workers: 1, kafka: null },
    address: { host: '127.0.0.1', port: 0 },
    metricsPort: null,
    access: readEnvironment({}).access,
    mode: { kind: 'live', pulse },
    logger: createLogger('silent'),
  });
