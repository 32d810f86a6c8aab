import { z } from 'zod';
import {
  type DetectedAttributes,
  type DetectedValue,
  enabledOf,
  NOTHING,
  type Surroundings,
} from '../detector.ts';
import { askMetadata } from '../metadata-client.ts';

export interface EcsSettings {
  /** Empty: where the task's environment says. */
  readonly endpoint: string;
  readonly enabled: ReadonlySet<string>;
}

const LAUNCH_TYPES: ReadonlySet<string> = new Set(['ec2', 'fargate']);

const container = z.object({
  DockerId: z.string().default(''),
  Type: z.string().default(''),
  KnownStatus: z.string().default(''),
  LogDriver: z.string().default(''),
  LogOptions: z
    .object({
      'awslogs-group': z.string().default(''),
      'awslogs-region': z.string().default(''),
      'awslogs-stream': z.string().default(''),
    })
    .optional(),
});
type Container = z.output<typeof container>;

const task = z.object({
  TaskARN: z.string().default(''),
  Family: z.string().default(''),
  Revision: z.string().default(''),
  Cluster: z.string().default(''),
  AvailabilityZone: z.string().default(''),
  LaunchType: z.string().default(''),
  Containers: z.array(container).default([]),
});

/** A task of ECS, by the metadata endpoint of its containers (versions 4 and 3). */
export async function detectEcs(
  { env, signal, logger, failOnMissing }: Surroundings,
  { endpoint, enabled }: EcsSettings,
): Promise<DetectedAttributes> {
  const named = env['ECS_CONTAINER_METADATA_URI_V4'] ?? env['ECS_CONTAINER_METADATA_URI'] ?? '';
  const base = endpoint === '' ? named : endpoint;
  if (base === '') {
    if (!failOnMissing) return NOTHING;
    throw new Error('ecs metadata unavailable: no task metadata endpoint detected');
  }
  const about = task.parse(JSON.parse(await askMetadata(`${base}/task`, { signal })));
  const [, , , region = '', account = '', rest = ''] = about.TaskARN.split(':');
  const { Cluster } = about;
  const launchType = about.LaunchType.toLowerCase();
  const found: Record<string, DetectedValue> = {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ecs',
    'aws.ecs.task.arn': about.TaskARN,
    'aws.ecs.task.family': about.Family,
    'aws.ecs.task.revision': about.Revision,
    'aws.ecs.task.id': rest.split('/').at(-1) ?? '',
    'aws.ecs.cluster.arn': Cluster.includes(':')
      ? Cluster
      : `arn:aws:ecs:${region}:${account}:cluster/${Cluster}`,
    'cloud.account.id': account,
    'cloud.region': region,
    'cloud.availability_zone': about.AvailabilityZone,
    'aws.ecs.launchtype': LAUNCH_TYPES.has(launchType) ? launchType : '',
  };
  try {
    const own = container.parse(JSON.parse(await askMetadata(base, { signal })));
    Object.assign(found, logData(about.Containers, own, account));
  } catch (error) {
    if (failOnMissing) throw error;
    logger.debug('ECS container metadata unavailable', { error: String(error) });
  }
  return enabledOf(found, enabled);
}

/** Where the other containers of the task write their logs. */
function logData(
  containers: readonly Container[],
  own: Container,
  account: string,
): Readonly<Record<string, readonly string[]>> {
  const logs = containers.flatMap(({ DockerId, Type, KnownStatus, LogDriver, LogOptions }) => {
    const isOther = DockerId !== own.DockerId && Type === 'NORMAL' && KnownStatus === 'RUNNING';
    return isOther && LogDriver === 'awslogs' && LogOptions !== undefined ? [LogOptions] : [];
  });
  if (logs.length === 0) return {};
  const groups = logs.map((log) => log['awslogs-group']);
  const streams = logs.map((log) => log['awslogs-stream']);
  const groupArns = logs.map(
    (log) => `arn:aws:logs:${log['awslogs-region']}:${account}:log-group:${log['awslogs-group']}`,
  );
  return {
    'aws.log.group.names': groups,
    'aws.log.group.arns': groupArns,
    'aws.log.stream.names': streams,
    'aws.log.stream.arns': groupArns.map((arn, index) => `${arn}:log-stream:${streams[index]}`),
  };
}
