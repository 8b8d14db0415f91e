import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import autocannon from 'autocannon';

export interface Load {
  readonly url: string;
  /** Asked for in turn, each as often as the others. */
  readonly paths: readonly string[];
  readonly ratePerS: number;
  readonly seconds: number;
  /** steady: one request every 1/rate s, whether or not those before were answered. bursts: those of a second at once, 20 at a time. */
  readonly shape: 'steady' | 'bursts';
}

export interface Latencies {
  readonly requestsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly failed: number;
}

const CONNECTIONS = 20;
/** More than a server that keeps up ever needs; a request that waits for one is late all the same. */
const MOST_CONNECTIONS = 100;

/** Offers a load from a thread of its own, so that it does not wait for the server's. */
export function offerLoad(load: Load): Promise<Latencies> {
  const worker = new Worker(new URL(import.meta.url), { workerData: load });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

interface Sample {
  readonly ms: number;
  readonly failed: boolean;
}

/** Counts from when a request was due, so that a server which stands still answers for all who would have come meanwhile. */
async function steadily({ url, paths, ratePerS, seconds }: Load): Promise<Sample[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  const begin = performance.now() + 100;
  const asked: Promise<Sample>[] = [];
  while (asked.length < ratePerS * seconds) {
    const due = begin + (asked.length * 1000) / ratePerS;
    if (due > performance.now()) await delay(due - performance.now());
    else asked.push(ask(agent, { address: `${url}${paths[asked.length % paths.length]!}`, due }));
  }
  const samples = await Promise.all(asked);
  agent.destroy();
  return samples;
}

const ask = (agent: Agent, { address, due }: { readonly address: string; readonly due: number }): Promise<Sample> =>
  new Promise(resolve => {
    const end = (failed: boolean): void => {
      resolve({ ms: performance.now() - due, failed });
    };
    const request = get(address, { agent }, response => {
      response.resume().once('end', () => {
        end(response.statusCode !== 200);
      });
    });
    request.once('error', () => {
      end(true);
    });
  });

/**
 * By autocannon, each connection with a share of the paths of its own. Its correction for requests that waited is not used:
 * it takes them to be due every millisecond, whatever the rate.
 */
function inBursts({ url, paths, ratePerS, seconds }: Load): Promise<Sample[]> {
  const samples: Sample[] = [];
  let connections = 0;
  const share = (k: number) => paths.filter((_, p) => p % CONNECTIONS === k || paths.length < CONNECTIONS);
  const setupClient = (client: autocannon.Client): void => {
    client.setRequests(share(connections++ % CONNECTIONS).map(path => ({ method: 'GET', path })));
  };
  const options = { url, connections: CONNECTIONS, overallRate: ratePerS, duration: seconds, ignoreCoordinatedOmission: true, setupClient };
  return new Promise((resolve, reject) => {
    const running = autocannon(options, (error: Error | null, result) => {
      if (error !== null) reject(error);
      else resolve([...samples, ...Array.from({ length: result.errors }, () => ({ ms: Infinity, failed: true }))]);
    });
    running.on('response', (_client, status, _bytes, ms) => samples.push({ ms, failed: status !== 200 }));
  });
}

function summarise(samples: readonly Sample[], seconds: number): Latencies {
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => Math.round(10 * sorted[Math.ceil(share * sorted.length) - 1]!) / 10;
  const failed = samples.filter(sample => sample.failed).length;
  return { requestsPerS: Math.round(samples.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), failed };
}

if (!isMainThread) {
  const load = workerData as Load;
  const samples = await (load.shape === 'steady' ? steadily(load) : inBursts(load));
  parentPort!.postMessage(summarise(samples, load.seconds));
}
