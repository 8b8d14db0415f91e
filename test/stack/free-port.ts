import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a stack listens on, counted from its first port. */
const OFFSETS = [0, 90, 92, 93, 94, 100, 101, 102, 103, 104, 432];

/** A first port for a stack beside others, below the ports that systems hand out by themselves. */
export async function freeStackPort(): Promise<number> {
  for (let first = 20_000; first < 32_000; first += 500) {
    const free = await Promise.all(OFFSETS.map(offset => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports for a stack');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)]);
  server.close();
  return free;
}
