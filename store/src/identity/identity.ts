/**
 * Who sent a resource's telemetry. With the tenant, `cluster`, `namespace`, `service` and `instance`
 * name one thing; `environment` and `host` group things. Every field is '' when nothing says it.
 */
export interface Identity {
  readonly service: string;
  readonly namespace: string;
  readonly environment: string;
  readonly cluster: string;
  readonly host: string;
  readonly instance: string;
}

/**
 * The identity that resource attributes (OpenTelemetry semantic conventions, older names included)
 * give; the first attribute that is not empty decides.
 */
export function deriveIdentity(attributes: ReadonlyMap<string, string>): Identity {
  const first = (...keys: readonly string[]): string => {
    for (const key of keys) {
      const value = attributes.get(key);
      if (value !== undefined && value !== '') return value;
    }
    return '';
  };
  const host = first('host.name', 'k8s.node.name', 'host.id');
  const workload = first(...WORKLOAD_ATTRIBUTES);
  return {
    service: deriveService(first('service.name'), {
      executable: executableName(attributes),
      workload,
    }),
    namespace: first('service.namespace', 'k8s.namespace.name'),
    environment: first('deployment.environment.name', 'deployment.environment'),
    cluster: first('k8s.cluster.name', 'k8s.cluster.uid', 'aws.ecs.cluster.arn'),
    host,
    instance: deriveInstance(first, host),
  };
}

/** What runs a pod, the nearest to a service first. */
const WORKLOAD_ATTRIBUTES: readonly string[] = [
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
];

/** SDKs send `unknown_service` or `unknown_service:<process>` when nobody named the service. */
const UNKNOWN_SERVICE = /^unknown_service(?::(.*))?$/s;

function deriveService(
  sent: string,
  fallback: { readonly executable: string; readonly workload: string },
): string {
  const unknown = UNKNOWN_SERVICE.exec(sent);
  if (unknown === null && sent !== '') return sent;
  return fallback.workload || fallback.executable || unknown?.[1] || sent;
}

/** File name of the program, without its folder and Windows' suffix. */
function executableName(attributes: ReadonlyMap<string, string>): string {
  const path =
    attributes.get('process.executable.name') ||
    attributes.get('process.executable.path') ||
    attributes.get('process.command') ||
    '';
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return name.replace(/\.exe$/i, '');
}

/** A pod or container is a better name than a host and process id, which is better than none. */
function deriveInstance(first: (...keys: readonly string[]) => string, host: string): string {
  const named = first('service.instance.id', 'k8s.pod.name', 'k8s.pod.uid', 'container.id');
  if (named !== '') return named;
  const pid = first('process.pid');
  return pid === '' ? host : `${host}:${pid}`;
}
