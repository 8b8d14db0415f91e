import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { ROLES } from '#config';
import { GROUPS } from '#contracts';
import { findTool } from '../setup/find-tool.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CHART = join(ROOT, 'deploy/helm/freshet');
const read = (path: string): unknown => parse(readFileSync(join(ROOT, path), 'utf8'), { merge: true });

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: unknown;
  readonly resources: unknown;
  readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe?: { readonly httpGet: { readonly path: string } };
}
interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly template?: { readonly spec: { readonly containers: readonly Container[]; readonly securityContext: unknown } };
    readonly triggers?: readonly { readonly metadata: { readonly topic: string; readonly consumerGroup: string } }[];
  };
}
interface Compose {
  readonly services: Record<
    string,
    {
      readonly image: string;
      readonly command?: readonly string[];
      readonly environment?: Record<string, string>;
      readonly deploy?: { readonly replicas: number };
      readonly read_only?: boolean;
      readonly cap_drop?: readonly string[];
    }
  >;
}

/** What the way in from outside needs. */
const INGRESS = [
  ...['ingress.enabled=true', 'ingress.host=freshet.example.org', 'ingress.tlsSecret=freshet-tls', 'ingress.className=nginx'],
  ...['networkPolicy.apiFrom[0].namespaceSelector.matchLabels.name=ingress', 'roles.api.environment.FRESHET_TRUSTED_PROXIES=10.0.0.0/8'],
];

const helm = findTool('helm');
const kubernetesValidate = findTool('kubernetes-validate');

it('has helm and kubernetes-validate wherever CI runs', () => {
  expect((helm !== null && kubernetesValidate !== null) || process.env['CI'] === undefined).toBe(true);
});

(helm === null || kubernetesValidate === null ? describe.skip : describe)('the Helm chart', () => {
  const run = (...args: readonly string[]) => execFileSync(helm!, [...args], { encoding: 'utf8', stdio: 'pipe' });
  const template = (...sets: readonly string[]) =>
    run('template', 'f', CHART, '--kube-version', '1.31.0', ...sets.flatMap(set => ['--set', set]));
  const resourcesOf = (text: string) =>
    parseAllDocuments(text)
      .map(document => document.toJS() as Resource | null)
      .filter(resource => resource !== null);
  const named = (resources: readonly Resource[], kind: string) => resources.filter(resource => resource.kind === kind);
  const containerOf = (resource: Resource): Container => resource.spec.template!.spec.containers[0]!;

  it('has no complaint of helm lint and holds Kubernetes’ own schemas, with and without its options', () => {
    expect(run('lint', '--strict', CHART)).toContain('0 chart(s) failed');
    const folder = mkdtempSync(join(tmpdir(), 'freshet-helm-'));
    const options = [
      [],
      INGRESS,
      ['secretFiles={kafka}', 'networkPolicy.enabled=false', 'image.pullSecrets[0].name=registry', 'roles.api.replicas=3'],
    ];
    for (const [k, sets] of options.entries()) {
      const file = join(folder, `${k}.yaml`);
      writeFileSync(file, template(...sets));
      expect(execFileSync(kubernetesValidate!, ['--strict', file], { encoding: 'utf8' })).toContain('deployment/f-forecast');
    }
    const wrong = join(folder, 'wrong.yaml'); // the checker must be able to refuse
    writeFileSync(wrong, template().replace('replicas: 2', 'replicas: two'));
    expect(() => execFileSync(kubernetesValidate!, ['--strict', wrong], { stdio: 'pipe' })).toThrow();
    rmSync(folder, { recursive: true });
  });

  it('describes the same system as compose.yaml: roles, commands, image, variables, replicas', () => {
    const { services } = read('deploy/compose.yaml') as Compose;
    const resources = resourcesOf(template());
    const deployments = named(resources, 'Deployment');
    expect(deployments.map(each => each.metadata.name).sort()).toEqual(ROLES.map(role => `f-${role}`).sort());
    const described = [...deployments, ...named(resources, 'Job')].map(resource => {
      const { image, args, env } = containerOf(resource);
      return {
        name: resource.metadata.name.slice(2),
        image,
        args,
        replicas: resource.spec.replicas ?? 1,
        env: env.map(({ name, value }) => [name, value]),
      };
    });
    for (const { name, image, args, replicas, env } of described) {
      const service = services[name]!;
      expect({ name, image, args, replicas }).toEqual({
        name,
        image: service.image,
        args: service.command,
        replicas: service.deploy?.replicas ?? 1,
      });
      // the address of the database differs: here it comes out of a secret
      const variables = Object.entries(service.environment!).map(([key, value]) => [key, key === 'FRESHET_SQL' ? undefined : value]);
      expect([name, env.sort()]).toEqual([name, variables.sort()]);
    }
    const version = (read('package.json') as { version: string }).version;
    expect((read('deploy/helm/freshet/Chart.yaml') as { appVersion: string }).appVersion).toBe(version);
    expect(services['api']!.image).toBe(`freshet:${version}`);
  });

  it('runs every process as nobody, on a file system that is only read, without rights, with probes and a budget', () => {
    const resources = resourcesOf(template());
    const { services } = read('deploy/compose.yaml') as Compose;
    for (const resource of [...named(resources, 'Deployment'), ...named(resources, 'Job')]) {
      const container = containerOf(resource);
      expect(resource.spec.template!.spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
      expect(container).toMatchObject({
        securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        resources: { requests: { cpu: expect.anything() as unknown }, limits: { memory: expect.anything() as unknown } },
      });
      if (resource.kind === 'Deployment') {
        expect(container.livenessProbe!.httpGet.path).toBe('/health/live');
        expect(container.readinessProbe!.httpGet.path).toBe('/health/ready');
        expect(named(resources, 'PodDisruptionBudget').map(each => each.metadata.name)).toContain(resource.metadata.name);
      }
      expect(services[resource.metadata.name.slice(2)]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
    expect(named(resources, 'NetworkPolicy')).toHaveLength(2);
    expect(template()).not.toMatch(/kind: Secret\b/); // secrets are there already
  });

  it('has a way in from outside only when asked, with TLS, to the service of the API', () => {
    expect(named(resourcesOf(template()), 'Ingress')).toEqual([]);
    const resources = resourcesOf(template(...INGRESS));
    const [ingress] = named(resources, 'Ingress') as unknown[];
    expect(ingress).toMatchObject({
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['freshet.example.org'], secretName: 'freshet-tls' }],
        rules: [
          {
            host: 'freshet.example.org',
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'f-api', port: { name: 'http' } } } }] },
          },
        ],
      },
    });
    const [service] = named(resources, 'Service') as unknown[];
    expect(service).toMatchObject({ metadata: { name: 'f-api' }, spec: { ports: [{ name: 'http' }] } });
  });

  it.each(['ingress.host', 'ingress.tlsSecret', 'networkPolicy.apiFrom', 'roles.api.environment.FRESHET_TRUSTED_PROXIES'])(
    'names %s when the way in lacks it',
    name => {
      expect(() => template(...INGRESS.filter(set => !set.startsWith(name)))).toThrow(name);
    },
  );

  it('scales by the lag of the groups that there are, and leaves the number of replicas to it', () => {
    const resources = resourcesOf(template('autoscaling.enabled=true'));
    const scaled = named(resources, 'ScaledObject');
    const triggers = scaled.flatMap(each => each.spec.triggers!.map(({ metadata }) => [metadata.topic, metadata.consumerGroup]));
    const groups = GROUPS.filter(({ topic }) => topic !== 'dead.v1').map(({ topic, group }) => [
      `freshet.${topic}`,
      `freshet.${group}.${topic}`,
    ]);
    expect(triggers.sort()).toEqual(groups.sort());
    for (const { metadata } of scaled)
      expect(named(resources, 'Deployment').find(each => each.metadata.name === metadata.name)!.spec.replicas).toBeUndefined();
  });
});
