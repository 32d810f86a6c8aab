import { hostname } from 'node:os';
import { GoRegexp } from '@sonde/go-regexp';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import type { DetectedAttributes, Surroundings } from '../src/detector.ts';
import { detectAzure } from '../src/detectors/azure.ts';
import { detectEc2 } from '../src/detectors/ec2.ts';
import { detectEcs } from '../src/detectors/ecs.ts';
import { detectEnv } from '../src/detectors/env.ts';
import { detectGcp } from '../src/detectors/gcp.ts';
import { detectSystem } from '../src/detectors/system.ts';
import { ATTRIBUTES } from '../src/resource-attributes.ts';
import { fakeMetadata } from './fake-metadata.ts';

const NOWHERE = 'http://127.0.0.1:1';

function surroundings(more: Partial<Surroundings> = {}): Surroundings {
  const signal = AbortSignal.timeout(2000);
  return { env: {}, logger: new RecordingLogger(), signal, failOnMissing: false, ...more };
}

/** All that upstream has on, or everything. */
function enabled(of: keyof typeof ATTRIBUTES, all = false): ReadonlySet<string> {
  return new Set(
    Object.entries(ATTRIBUTES[of])
      .filter(([, isOn]) => all || isOn)
      .map(([key]) => key),
  );
}

const plain = (found: DetectedAttributes): object => Object.fromEntries(found);

describe('the detector env', () => {
  const detect = (text: string): Promise<DetectedAttributes> =>
    detectEnv(surroundings({ env: { OTEL_RESOURCE_ATTRIBUTES: text } }));

  it('reads pairs, percent-encoded', async () => {
    expect(plain(await detect(' a=b , c.d = e%2Cf%20g,h='))).toEqual({
      a: 'b',
      'c.d': 'e,f g',
      h: '',
    });
    expect(plain(await detect(''))).toEqual({});
    expect(plain(await detectEnv(surroundings({ env: { OTEL_RESOURCE: 'x=y' } })))).toEqual({
      x: 'y',
    });
  });

  it.each(['abc', 'a=b,c', 'a=%zz'])('refuses %j', async (text) => {
    await expect(detect(text)).rejects.toThrow('invalid resource format');
  });
});

describe('the detector system', () => {
  it('has the host name and the kind of system, and the rest where it is wanted', async () => {
    const settings = { hostnameSources: ['os'] as const, enabled: enabled('system') };
    expect(plain(await detectSystem(surroundings(), settings))).toEqual({
      'host.name': hostname(),
      'os.type': 'linux',
    });
    const all = await detectSystem(surroundings(), {
      ...settings,
      enabled: enabled('system', true),
    });
    expect(all.get('host.arch')).toMatch(/^(amd64|arm64)$/);
    expect(all.get('os.description')).toMatch(/\bLinux /);
    expect(all.get('host.ip')).toBeInstanceOf(Array);
  });

  it('takes the next source when one has no name, and says when none has', async () => {
    const late = surroundings({ signal: AbortSignal.abort() });
    const settings = { enabled: enabled('system') };
    const next = { ...settings, hostnameSources: ['cname', 'os'] as const };
    expect((await detectSystem(surroundings(), next)).get('host.name')).toBe(hostname());
    const none = { ...settings, hostnameSources: ['lookup'] as const };
    await expect(detectSystem(late, none)).rejects.toThrow(
      'all hostname sources failed to get hostname',
    );
  });
});

const DOCUMENT = {
  accountId: '123',
  availabilityZone: 'eu-west-1a',
  imageId: 'ami-1',
  instanceId: 'i-1',
  instanceType: 'm5.large',
  region: 'eu-west-1',
};

describe('the detector ec2', () => {
  const guarded = (body: string) => (request: { headers: NodeJS.Dict<string | string[]> }) =>
    request.headers['x-aws-ec2-metadata-token'] === 'token' ? body : undefined;
  const answers = {
    'PUT /latest/api/token': 'token',
    'GET /latest/meta-data/instance-id': guarded('i-1'),
    'GET /latest/dynamic/instance-identity/document': guarded(JSON.stringify(DOCUMENT)),
    'GET /latest/meta-data/hostname': guarded('ip-10-0-0-1.ec2.internal'),
    'GET /latest/meta-data/tags/instance': guarded('Name\nteam'),
    'GET /latest/meta-data/tags/instance/team': guarded('shop'),
  };

  it('asks the metadata service with a token', async () => {
    const { endpoint } = await fakeMetadata(answers);
    const tags = [new GoRegexp('^team$')];
    const found = await detectEc2(surroundings(), { endpoint, tags, enabled: enabled('ec2') });
    expect(plain(found)).toEqual({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ec2',
      'cloud.region': 'eu-west-1',
      'cloud.account.id': '123',
      'cloud.availability_zone': 'eu-west-1a',
      'host.id': 'i-1',
      'host.image.id': 'ami-1',
      'host.type': 'm5.large',
      'host.name': 'ip-10-0-0-1.ec2.internal',
      'ec2.tag.team': 'shop',
    });
  });

  it('says whether the machine may be taken away, where that is wanted', async () => {
    const lifeCycle = { 'GET /latest/meta-data/instance-life-cycle': guarded('spot') };
    const { endpoint } = await fakeMetadata({ ...answers, ...lifeCycle });
    const settings = { endpoint, tags: [], enabled: new Set(['sonde.host.life_cycle']) };
    const found = await detectEc2(surroundings(), settings);
    expect(plain(found)).toEqual({ 'sonde.host.life_cycle': 'spot' });
  });

  it('finds nothing elsewhere, which is a failure where that is wanted', async () => {
    const settings = { endpoint: NOWHERE, tags: [], enabled: enabled('ec2') };
    expect((await detectEc2(surroundings(), settings)).size).toBe(0);
    const strict = surroundings({ failOnMissing: true });
    await expect(detectEc2(strict, settings)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the detector ecs', () => {
  const TASK = {
    Cluster: 'prod',
    TaskARN: 'arn:aws:ecs:eu-west-1:123:task/prod/abc',
    Family: 'shop',
    Revision: '7',
    AvailabilityZone: 'eu-west-1b',
    LaunchType: 'FARGATE',
    Containers: [
      { DockerId: 'self', Type: 'NORMAL', KnownStatus: 'RUNNING', LogDriver: 'awslogs' },
      {
        DockerId: 'app',
        Type: 'NORMAL',
        KnownStatus: 'RUNNING',
        LogDriver: 'awslogs',
        LogOptions: {
          'awslogs-group': 'g',
          'awslogs-region': 'eu-west-1',
          'awslogs-stream': 's/1',
        },
      },
    ],
  };

  it("asks where the task's environment says", async () => {
    const { endpoint } = await fakeMetadata({
      'GET /v4/x/task': JSON.stringify(TASK),
      'GET /v4/x': JSON.stringify({ DockerId: 'self' }),
    });
    const env = { ECS_CONTAINER_METADATA_URI_V4: `${endpoint}/v4/x` };
    const found = await detectEcs(surroundings({ env }), { endpoint: '', enabled: enabled('ecs') });
    expect(plain(found)).toEqual({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
      'aws.ecs.task.arn': TASK.TaskARN,
      'aws.ecs.task.family': 'shop',
      'aws.ecs.task.revision': '7',
      'aws.ecs.task.id': 'abc',
      'aws.ecs.cluster.arn': 'arn:aws:ecs:eu-west-1:123:cluster/prod',
      'aws.ecs.launchtype': 'fargate',
      'cloud.account.id': '123',
      'cloud.region': 'eu-west-1',
      'cloud.availability_zone': 'eu-west-1b',
      'aws.log.group.names': ['g'],
      'aws.log.group.arns': ['arn:aws:logs:eu-west-1:123:log-group:g'],
      'aws.log.stream.names': ['s/1'],
      'aws.log.stream.arns': ['arn:aws:logs:eu-west-1:123:log-group:g:log-stream:s/1'],
    });
  });

  it('finds nothing where there is no task', async () => {
    const settings = { endpoint: '', enabled: enabled('ecs') };
    expect((await detectEcs(surroundings(), settings)).size).toBe(0);
    await expect(detectEcs(surroundings({ failOnMissing: true }), settings)).rejects.toThrow(
      'no task metadata endpoint detected',
    );
  });
});

describe('the detector azure', () => {
  it('asks the metadata service', async () => {
    const vm = {
      location: 'westeurope',
      name: 'vm-1',
      vmId: 'id-1',
      vmSize: 'Standard_D2',
      subscriptionId: 'sub',
      resourceGroupName: 'rg',
      vmScaleSetName: '',
      zone: '1',
      osProfile: { computerName: 'computer' },
      tagsList: [
        { name: 'team', value: 'shop' },
        { name: 'other', value: 'x' },
      ],
    };
    const path = '/metadata/instance/compute?api-version=2020-09-01&format=json';
    const { endpoint } = await fakeMetadata({
      [`GET ${path}`]: ({ headers }) =>
        headers['metadata'] === 'True' ? JSON.stringify(vm) : undefined,
    });
    const tags = [new GoRegexp('team')];
    const found = await detectAzure(surroundings(), { endpoint, tags, enabled: enabled('azure') });
    expect(plain(found)).toEqual({
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.vm',
      'cloud.region': 'westeurope',
      'cloud.account.id': 'sub',
      'host.id': 'id-1',
      'host.name': 'computer',
      'azure.vm.name': 'vm-1',
      'azure.vm.size': 'Standard_D2',
      'azure.resourcegroup.name': 'rg',
      'azure.tag.team': 'shop',
    });
  });
});

describe('the detector gcp', () => {
  const base = 'GET /computeMetadata/v1';
  const answers = {
    [`${base}/project/project-id`]: 'proj',
    [`${base}/instance/zone`]: 'projects/1/zones/europe-west1-b',
    [`${base}/instance/region`]: 'projects/1/regions/europe-west1',
    [`${base}/instance/machine-type`]: 'projects/1/machineTypes/n1-standard-1',
    [`${base}/instance/id`]: '42',
    [`${base}/instance/name`]: 'vm',
    [`${base}/instance/hostname`]: 'vm.c.proj.internal',
    [`${base}/instance/attributes/created-by`]:
      'projects/1/zones/europe-west1-b/instanceGroupManagers/group',
    [`${base}/instance/attributes/cluster-name`]: 'cluster',
    [`${base}/instance/attributes/cluster-location`]: 'europe-west1',
  };

  const detect = async (env: Surroundings['env']): Promise<object> => {
    const { endpoint } = await fakeMetadata(answers);
    return plain(await detectGcp(surroundings({ env }), { endpoint, enabled: enabled('gcp') }));
  };

  it('knows a machine of Compute Engine', async () => {
    expect(await detect({})).toEqual({
      'cloud.provider': 'gcp',
      'cloud.account.id': 'proj',
      'cloud.platform': 'gcp_compute_engine',
      'cloud.availability_zone': 'europe-west1-b',
      'cloud.region': 'europe-west1',
      'host.type': 'n1-standard-1',
      'host.id': '42',
      'host.name': 'vm',
      'gcp.gce.instance_group_manager.name': 'group',
      'gcp.gce.instance_group_manager.zone': 'europe-west1-b',
    });
  });

  it('knows clusters and functions by their environment', async () => {
    expect(await detect({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toMatchObject({
      'cloud.platform': 'gcp_kubernetes_engine',
      'cloud.region': 'europe-west1',
      'k8s.cluster.name': 'cluster',
    });
    const run = { K_CONFIGURATION: 'c', K_SERVICE: 's', K_REVISION: 'r' };
    expect(await detect(run)).toMatchObject({
      'cloud.platform': 'gcp_cloud_run',
      'faas.name': 's',
      'faas.version': 'r',
      'faas.instance': '42',
    });
  });

  it('finds nothing elsewhere', async () => {
    const settings = { endpoint: NOWHERE, enabled: enabled('gcp') };
    expect((await detectGcp(surroundings(), settings)).size).toBe(0);
  });
});
