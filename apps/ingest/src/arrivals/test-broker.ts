import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/** A real broker in this process, whose door can be shut while it keeps what it knows. */
export class TestBroker {
  port = 0;
  #door: Server | null = null;
  readonly #sockets = new Set<Socket>();

  private constructor(readonly aedes: Aedes) {}

  static async start(): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker());
    await broker.open();
    return broker;
  }

  /** @param door another one, for instance of TLS */
  async open(door: Server = createServer(this.aedes.handle)): Promise<void> {
    this.#door = door;
    door.on('connection', socket => this.#sockets.add(socket));
    await new Promise<void>(listening => door.listen(this.port, '127.0.0.1', listening));
    this.port = (door.address() as AddressInfo).port;
  }

  async shut(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await new Promise(closed => this.#door!.close(closed));
  }

  async stop(): Promise<void> {
    await this.shut();
    await new Promise<void>(closed => {
      this.aedes.close(closed);
    });
  }

  publish(topic: string, payload: string): Promise<void> {
    const packet = { cmd: 'publish' as const, topic, payload: Buffer.from(payload), qos: 1 as const, retain: false, dup: false };
    return new Promise((published, failed) => {
      this.aedes.publish(packet, failure => {
        if (failure) failed(failure);
        else published();
      });
    });
  }

  subscribed(): Promise<void> {
    return new Promise(subscribed => {
      this.aedes.once('subscribe', () => {
        subscribed();
      });
    });
  }
}
