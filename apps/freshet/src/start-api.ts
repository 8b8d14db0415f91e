import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createApi, type ApiContext } from '#apps/api';
import { listen, systemClock, type Clock, type ReplayClock } from '#runtime';
import { onlyDomain, type Ground } from './lay-ground.js';

/** Lets the API and the console listen. @returns their URL. @throws Fault PORT_IN_USE */
export async function startApi(ground: Ground, clock: Clock, replay: ReplayClock | null): Promise<string> {
  const { pool, bus, domains, runKind, onMessages, lifecycle, options } = ground;
  const context: ApiContext = {
    ...{ pool, bus, clock, runKind, domains, onMessages },
    replay: replay === null ? null : { basin: onlyDomain(domains).basin, clock: replay },
    machineClock: systemClock,
    access: options.access,
    logger: options.logger,
    consoleFolder: consoleFolder(),
    version: VERSION,
    onDefect: error => {
      options.logger.error({ err: error }, 'the API failed');
    },
  };
  const application = await createApi(context);
  lifecycle.push('API', () => application.close());
  const url = await listen(application, options.address);
  options.logger.info({ url }, 'listening');
  return url;
}

const VERSION = '0.1.0';

/** The console's bundle lies beside the compiled apps. */
function consoleFolder(): string | null {
  const folder = fileURLToPath(new URL('../../console/public', import.meta.url));
  return existsSync(folder) ? folder : null;
}
