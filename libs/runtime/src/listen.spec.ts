import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { listen } from './listen.js';

/** As much of a Nest application as listening needs. */
function application(): { readonly server: Server; readonly nest: INestApplication } {
  const server = createServer();
  const nest = {
    listen: async (port: number, host: string) => {
      server.listen(port, host);
      await once(server, 'listening');
    },
    getUrl: () => Promise.resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  };
  return { server, nest: nest as unknown as INestApplication };
}

describe('listen', () => {
  it('gives the URL, and names a port that is taken with the remedy', async () => {
    const [first, second] = [application(), application()];
    const url = await listen(first.nest, { host: '127.0.0.1', port: 0 });
    const port = Number(new URL(url).port);
    await expect(listen(second.nest, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      kind: 'config',
      message: `port ${port} on 127.0.0.1 is taken by another program`,
      remedy: expect.stringContaining('--port') as unknown,
    });
    first.server.close();
  });
});
