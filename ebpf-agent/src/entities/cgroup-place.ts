/** Where a process runs, as far as its control groups tell. */
export interface CgroupPlace {
  /** Of docker, containerd, cri-o and podman: 64 hexadecimal digits. */
  readonly containerId: string | undefined;
  /** `nginx` of `nginx.service`. */
  readonly unit: string | undefined;
}

const CONTAINER = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:$|\/)/;
const UNIT = /\/([^/]+)\.service(?:$|\/)/g;

/** Units that start other people's programs: their names say nothing of these. */
const NOT_SERVICES =
  /^(user@\d+|user-runtime-dir@\d+|init|session-.*|getty@.*|ssh|sshd|cron|crond)$/;

/** Of /proc/<pid>/cgroup (cgroups(7)), version 1 or 2. */
export function cgroupPlace(text: string): CgroupPlace {
  const containerId = CONTAINER.exec(text.replaceAll('\n', '/\n'))?.[1];
  const units = [...text.replaceAll('\n', '/\n').matchAll(UNIT)].map((match) => match[1] ?? '');
  const unit = units.find((name) => !NOT_SERVICES.test(name));
  return { containerId, unit: unit?.replace(/@.*$/, '') };
}
