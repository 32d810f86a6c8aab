import type { CgroupPlace } from './cgroup-place.ts';
import {
  type ContainerInfo,
  containerAttributes,
  containerServiceName,
} from './containers/container-info.ts';
import type { Pod } from './kubernetes/pod.ts';
import { podAttributes, podServiceName, workloadOfPodName } from './kubernetes/pod-attributes.ts';
import type { OtelEnvironment } from './otel-environment.ts';
import { ownServiceName } from './own-processes.ts';
import {
  type Command,
  executableName,
  type ReadNamingFile,
  serviceNameOf,
} from './service-name.ts';

/** What makes processes the same service on this host. */
export interface WorkloadIdentity {
  readonly name: string;
  /** Of a container or unit, which may run several, none. */
  readonly executable: string;
  /** Attributes of where it runs: `container.*`, `k8s.*`, `systemd.unit`. */
  readonly platform: Readonly<Record<string, string>>;
  /** OTEL_RESOURCE_ATTRIBUTES. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Part of the observer: known, and never observed. */
  readonly isOwn: boolean;
}

export interface IdentitySources {
  readonly command: Command;
  readonly environment: OtelEnvironment;
  readonly place: CgroupPlace;
  readonly container: ContainerInfo | undefined;
  readonly pod: Pod | undefined;
  readonly isOwn: boolean;
  readonly read: ReadNamingFile;
}

/** The service that people's shells and terminals are: what they start and is soon over is its. */
export const SHELL_SERVICE = 'shell';
const SHELLS =
  /^(ba|da|z|k|a|c|tc|fi)?sh$|^(tmux(: server)?|screen|sshd(-session|-auth)?|login|su|sudo|agetty|script)$/;

/** Containers that stand beside others' services; where nobody says which is a pod's main one. */
const SIDECARS = /proxy|envoy|sidecar|exporter|fluent|linkerd|istio|vault-agent/;

/**
 * Who a process is, by the most telling there is: its own words, Kubernetes, its container, its unit,
 * what it runs.
 */
export function identify(sources: IdentitySources): WorkloadIdentity {
  const { command, environment, place, isOwn } = sources;
  const { attributes, serviceName } = environment;
  const platform = platformOf(sources);
  const isGrouped = place.containerId !== undefined || place.unit !== undefined;
  return {
    name:
      serviceName ?? ownServiceName(command.command) ?? placedName(sources) ?? bareName(sources),
    executable: isGrouped ? '' : executableName(command),
    platform,
    attributes,
    isOwn,
  };
}

function placedName({ place, container, pod }: IdentitySources): string | undefined {
  const { containerId, unit } = place;
  if (pod !== undefined) return podServiceName(pod, containerOf(pod, containerId, container));
  const ofPod = container?.pod;
  if (ofPod !== undefined) {
    return SIDECARS.test(ofPod.container) ? ofPod.container : workloadOfPodName(ofPod.name);
  }
  if (unit !== undefined) return unit;
  return container === undefined ? undefined : containerServiceName(container);
}

function bareName({ command, read }: IdentitySources): string {
  const name = serviceNameOf(command, read);
  return SHELLS.test(name) ? SHELL_SERVICE : name;
}

function platformOf(sources: IdentitySources): Readonly<Record<string, string>> {
  const { place, container, pod } = sources;
  const { containerId, runtime, podUid, unit } = place;
  if (containerId === undefined) return unit === undefined ? {} : { 'systemd.unit': unit };
  return {
    ...(runtime === undefined ? {} : { 'container.runtime': runtime }),
    ...(podUid === undefined ? {} : { 'k8s.pod.uid': podUid }),
    ...containerAttributes(containerId, container),
    ...(pod === undefined ? {} : podAttributes(pod, containerOf(pod, containerId, container))),
  };
}

function containerOf(
  pod: Pod,
  id: string | undefined,
  container: ContainerInfo | undefined,
): string | undefined {
  return pod.containerNames.get(id ?? '') ?? container?.pod?.container;
}
