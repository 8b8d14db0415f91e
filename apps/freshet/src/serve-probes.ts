import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { KafkaBus } from '#bus';
import { GROUPS } from '#contracts';
import { Fault } from '#errors';
import { Metrics, type Clock, type MetricName, type Sample } from '#runtime';
import { readMetrics } from '#store';
import type { Ground } from './lay-ground.js';

/**
 * A port for whoever watches this process: `/metrics` for Prometheus, `/health/live` (does it answer) and
 * `/health/ready` (do database and brokers answer too). Processes with the role alert, which watches what does not
 * arrive, also tell what is stored and how far the groups are, as soon as there is a clock: an exercise may not have begun.
 */
export async function serveProbes(ground: Ground, clock: () => Clock | null): Promise<void> {
  const { metricsPort, address, roles } = ground.options;
  if (metricsPort === null) return;
  const metrics = new Metrics(() => {
    const time = roles.includes('alert') ? clock() : null;
    return time === null ? upSamples(ground) : sampleEverything(ground, time);
  });
  const answer = async (path: string, response: ServerResponse) => {
    if (path === '/metrics') {
      const text = await metrics.text();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    } else if (path === '/health/live') {
      response.writeHead(200).end('live\n');
    } else if (path === '/health/ready') {
      const down = (await upSamples(ground)).filter(({ value }) => value === 0).map(({ name }) => name);
      response.writeHead(down.length === 0 ? 200 : 503).end(`${down.length === 0 ? 'ready' : down.join(', ')}\n`);
    } else {
      response.writeHead(404).end();
    }
  };
  const server = createServer((request, response) => {
    answer(request.url ?? '', response).catch((error: unknown) => {
      ground.options.logger.warn({ err: error }, 'a probe failed');
      response.writeHead(500).end();
    });
  });
  server.listen(metricsPort, address.host);
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([cause]) => {
      throw new Fault('PORT_IN_USE', `port ${metricsPort} of FRESHET_METRICS_PORT cannot be used`, { port: metricsPort }, { cause });
    }),
  ]);
  ground.lifecycle.push('probes', () => {
    server.close();
    server.closeAllConnections();
  });
}

async function upSamples({ pool, bus }: Ground): Promise<Sample[]> {
  const [store, brokers] = await Promise.allSettled([pool.query('select 1'), bus instanceof KafkaBus ? bus.lag(GROUPS.slice(0, 1)) : null]);
  const up = (name: MetricName, fine: boolean): Sample => ({ name, labels: {}, value: fine ? 1 : 0 });
  return [up('freshet_store_up', store.status === 'fulfilled'), up('freshet_bus_up', brokers.status === 'fulfilled')];
}

async function sampleEverything(ground: Ground, clock: Clock): Promise<Sample[]> {
  const { pool, bus, runKind } = ground;
  const lag = bus instanceof KafkaBus ? bus.lag(GROUPS) : Promise.resolve([]);
  const [up, stored, groups] = await Promise.all([
    upSamples(ground),
    readMetrics(pool, runKind, clock.now()).catch(() => []),
    lag.catch(() => []),
  ]);
  const behind = groups.map(({ topic, group, messages }): Sample => ({
    name: 'freshet_bus_lag_messages',
    labels: { topic, group },
    value: messages,
  }));
  return [...up, ...stored.map(row => ({ ...row, name: row.name as MetricName })), ...behind];
}
