import { ContainerTable } from './containers/container-table.ts';
import type { KnownProcess, ProcessFacts } from './known-process.ts';
import { type KubernetesConfig, PodTable } from './kubernetes/pod-table.ts';
import type { ProcFiles } from './proc-files.ts';
import { identify, type WorkloadIdentity } from './workload-identity.ts';

export interface IdentityNamingOptions {
  readonly files: ProcFiles;
  /** Where the host's root is mounted. */
  readonly rootPath: string;
  readonly kubernetes: KubernetesConfig;
  /** More is known of some containers: who runs in them is to be identified again. */
  readonly onLearned: (isConcerned: (process: KnownProcess) => boolean) => void;
  readonly onFailure: (what: string, reason: string) => void;
}

/** Puts together what says who a process is: itself, its files, its container's runtime, Kubernetes. */
export class IdentityNaming {
  readonly containers: ContainerTable;
  readonly pods: PodTable;
  readonly #files: ProcFiles;

  constructor(options: IdentityNamingOptions) {
    const { files, rootPath, kubernetes, onLearned, onFailure } = options;
    this.#files = files;
    this.containers = new ContainerTable({
      rootPath,
      onLearned: (id) => onLearned(({ place }) => place.containerId === id),
    });
    this.pods = new PodTable({
      config: kubernetes,
      onLearned: () => onLearned(({ place }) => place.podUid !== undefined),
      onFailure: (reason) => onFailure('kubernetes', reason),
    });
  }

  start(): void {
    this.pods.start();
  }

  close(): void {
    this.pods.close();
  }

  identify(pid: number, facts: ProcessFacts, isOwn: boolean): WorkloadIdentity {
    const { command, environment, place } = facts;
    const { containerId, podUid } = place;
    const container = containerId === undefined ? undefined : this.containers.of(containerId);
    return identify({
      command,
      environment,
      place,
      isOwn,
      container,
      pod: this.pods.of(podUid ?? container?.pod?.uid ?? ''),
      read: (path) => this.#files.seen(pid, path),
    });
  }
}
