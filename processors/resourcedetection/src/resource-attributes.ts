import { z } from 'zod';

/** Ours, and off: what a machine costs, and whether it may be taken away: `on-demand` or `spot`. */
export const LIFE_CYCLE = 'sonde.host.life_cycle';

/** The attributes of each detector, and whether upstream has them on. */
export const ATTRIBUTES: Readonly<
  Record<
    | 'aks'
    | 'azure'
    | 'consul'
    | 'docker'
    | 'ec2'
    | 'ecs'
    | 'eks'
    | 'gcp'
    | 'heroku'
    | 'k8s_api'
    | 'lambda'
    | 'system',
    Readonly<Record<string, boolean>>
  >
> = {
  aks: {
    'cloud.platform': true,
    'cloud.provider': true,
    'k8s.cluster.name': false,
  },
  consul: {
    'cloud.region': true,
    'host.id': true,
    'host.name': true,
  },
  docker: {
    'container.image.name': false,
    'container.name': false,
    'host.name': true,
    'os.type': true,
  },
  heroku: {
    'cloud.provider': true,
    'heroku.app.id': true,
    'heroku.dyno.id': true,
    'heroku.release.commit': true,
    'heroku.release.creation_timestamp': true,
    'service.instance.id': true,
    'service.name': true,
    'service.version': true,
  },
  eks: {
    'cloud.account.id': false,
    'cloud.availability_zone': false,
    'cloud.platform': true,
    'cloud.provider': true,
    'cloud.region': false,
    'host.id': false,
    'host.image.id': false,
    'host.name': false,
    'host.type': false,
    'k8s.cluster.name': false,
  },
  k8s_api: {
    'k8s.cluster.uid': true,
    'k8s.node.name': true,
    'k8s.node.uid': true,
  },
  lambda: {
    'aws.log.group.names': true,
    'aws.log.stream.names': true,
    'cloud.platform': true,
    'cloud.provider': true,
    'cloud.region': true,
    'faas.instance': true,
    'faas.max_memory': true,
    'faas.name': true,
    'faas.version': true,
  },
  system: {
    'host.arch': false,
    'host.cpu.cache.l2.size': false,
    'host.cpu.family': false,
    'host.cpu.model.id': false,
    'host.cpu.model.name': false,
    'host.cpu.stepping': false,
    'host.cpu.vendor.id': false,
    'host.id': false,
    'host.interface': false,
    'host.ip': false,
    'host.mac': false,
    'host.name': true,
    'os.build.id': false,
    'os.description': false,
    'os.name': false,
    'os.type': true,
    'os.version': false,
  },
  ec2: {
    'cloud.account.id': true,
    'cloud.availability_zone': true,
    'cloud.platform': true,
    'cloud.provider': true,
    'cloud.region': true,
    'host.id': true,
    'host.image.id': true,
    'host.name': true,
    'host.type': true,
    [LIFE_CYCLE]: false,
  },
  ecs: {
    'aws.ecs.cluster.arn': true,
    'aws.ecs.launchtype': true,
    'aws.ecs.task.arn': true,
    'aws.ecs.task.family': true,
    'aws.ecs.task.id': true,
    'aws.ecs.task.revision': true,
    'aws.log.group.arns': true,
    'aws.log.group.names': true,
    'aws.log.stream.arns': true,
    'aws.log.stream.names': true,
    'cloud.account.id': true,
    'cloud.availability_zone': true,
    'cloud.platform': true,
    'cloud.provider': true,
    'cloud.region': true,
  },
  gcp: {
    'cloud.account.id': true,
    'cloud.availability_zone': true,
    'cloud.platform': true,
    'cloud.provider': true,
    'cloud.region': true,
    'faas.instance': true,
    'faas.name': true,
    'faas.version': true,
    'gcp.cloud_run.job.execution': true,
    'gcp.cloud_run.job.task_index': true,
    'gcp.gce.instance.hostname': false,
    'gcp.gce.instance.name': false,
    'gcp.gce.instance_group_manager.name': true,
    'gcp.gce.instance_group_manager.region': true,
    'gcp.gce.instance_group_manager.zone': true,
    'host.id': true,
    'host.name': true,
    'host.type': true,
    'k8s.cluster.name': true,
    [LIFE_CYCLE]: false,
  },
  azure: {
    'azure.resourcegroup.name': true,
    'azure.vm.name': true,
    'azure.vm.scaleset.name': true,
    'azure.vm.size': true,
    'cloud.account.id': true,
    'cloud.availability_zone': false,
    'cloud.platform': true,
    'cloud.provider': true,
    'cloud.region': true,
    'host.id': true,
    'host.name': true,
    [LIFE_CYCLE]: false,
  },
};

/** `resource_attributes` of a detector: the names that are on. */
export function enabledAttributes(
  defaults: Readonly<Record<string, boolean>>,
): z.ZodType<ReadonlySet<string>> {
  const shape: Record<string, z.ZodType<{ enabled: boolean }>> = {};
  for (const [name, enabled] of Object.entries(defaults)) {
    shape[name] = z.strictObject({ enabled: z.boolean().default(enabled) }).prefault({});
  }
  return z
    .strictObject(shape)
    .prefault({})
    .transform((given): ReadonlySet<string> => {
      const on = Object.entries(given).filter(([, { enabled }]) => enabled);
      return new Set(on.map(([name]) => name));
    });
}
