import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and a server on 127.0.0.1 and does to their connections what networks do: delay, cut, be away.
 * The sniff of what the client sends is for tests that must strike at one statement.
 */
export class TcpProxy {
  /** Every packet is handed on so much later, in both directions and in order. */
  delayMs = 0;
  /** Asked for each packet of a client, whose connections are numbered: `before`: the connection is cut and the packet lost; `after`: the server gets it, the client never hears the answer. */
  sniff: (packet: Buffer, connection: number) => 'before' | 'after' | null = () => null;
  /** How many connections were cut. */
  cuts = 0;
  #away = false;
  #connections = 0;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** Ends when the last packet on its way to a socket is handed on. */
  readonly #queues = new WeakMap<Socket, Promise<void>>();

  private constructor(
    readonly server: Server,
    /** Port of the server that new connections go to. */
    public target: number,
  ) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  static async open(target: number, port = 0): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target);
    server.on('connection', client => {
      proxy.#join(client);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** Ends every connection; new ones are taken at once. */
  cut(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Ends every connection and takes no other until it is back. */
  away(away: boolean): void {
    this.#away = away;
    if (away) this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket): void {
    if (this.#away) {
      client.destroy();
      return;
    }
    const upstream = connect(this.target, '127.0.0.1');
    const pair = [client, upstream] as const;
    this.#pairs.add(pair);
    const connection = ++this.#connections;
    let deaf = false;
    client.on('data', (packet: Buffer) => {
      const wish = this.sniff(packet, connection);
      if (wish === 'before') {
        this.#end(pair);
        return;
      }
      deaf ||= wish === 'after';
      this.#hand(upstream, packet);
    });
    upstream.on('data', (packet: Buffer) => {
      if (deaf) this.#end(pair);
      else this.#hand(client, packet);
    });
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
  }

  /** Behind what was taken before it, whatever the delay was then. */
  #hand(to: Socket, packet: Buffer): void {
    const due = Date.now() + this.delayMs;
    const before = this.#queues.get(to) ?? Promise.resolve();
    const handed = before.then(async () => {
      const early = due - Date.now();
      if (early > 0) await delay(early);
      if (to.writable) to.write(packet);
    });
    this.#queues.set(to, handed);
  }

  #end(pair: readonly [Socket, Socket]): void {
    this.cuts++;
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
