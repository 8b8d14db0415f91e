import type { INestApplication } from '@nestjs/common';
import { Fault } from '#errors';

export interface Address {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

/**
 * Lets a Nest application listen and returns its URL.
 * @throws Fault PORT_IN_USE naming the port.
 */
export async function listen(application: INestApplication, { host, port }: Address): Promise<string> {
  try {
    await application.listen(port, host);
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
    if (code === 'EADDRINUSE')
      throw new Fault('PORT_IN_USE', `port ${port} on ${host} is taken by another program`, { port, host }, { cause });
    if (code === 'EACCES')
      throw new Fault('PORT_IN_USE', `port ${port} on ${host} may not be used by this user`, { port, host }, { cause });
    throw cause;
  }
  const url = await application.getUrl();
  return url.replace('[::1]', 'localhost').replace('0.0.0.0', '127.0.0.1');
}
