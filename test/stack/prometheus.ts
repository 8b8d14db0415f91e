import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './prepare.js';

export interface Prometheus {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Prometheus that scrapes the given ports of this machine and weighs the rules of deploy/prometheus. */
export async function startPrometheus(folder: string, port: number, targets: Readonly<Record<string, number>>): Promise<Prometheus> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  const jobs = Object.entries(targets).map(([name, target]) => ({ targets: [`127.0.0.1:${target}`], labels: { process: name } }));
  // JSON is YAML
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s', evaluation_interval: '15s' },
      rule_files: [join(ROOT, 'deploy/prometheus/rules.yaml')],
      scrape_configs: [{ job_name: 'freshet', static_configs: jobs }],
    }),
  );
  const log = openSync(join(folder, 'prometheus.log'), 'a');
  const listen = `127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${listen}`];
  const child = spawn('prometheus', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  const url = `http://${listen}`;
  for (let tries = 0; !(await isReady(url)); tries++) {
    if (child.exitCode !== null || tries > 300) throw new Error(`Prometheus does not answer; see ${join(folder, 'prometheus.log')}`);
    await delay(100);
  }
  return {
    url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
