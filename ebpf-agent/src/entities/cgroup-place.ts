/** Where a process runs, as far as its control groups tell. */
export interface CgroupPlace {
  /** Of docker, containerd, cri-o and podman 64 hexadecimal digits; of lxc and nspawn a name. */
  readonly containerId: string | undefined;
  /** What started the container; undefined where the path does not say. */
  readonly runtime: string | undefined;
  readonly podUid: string | undefined;
  /** `nginx` of `nginx.service`; of what runs in a container, its own. */
  readonly unit: string | undefined;
  /** Paths by controller of version 1, that of version 2 under ''. */
  readonly groups: ReadonlyMap<string, string>;
  /** What it was read from. */
  readonly text: string;
}

/** Units that start other people's programs: their names say nothing of these. */
const NOT_SERVICES =
  /^(user@\d+|user-runtime-dir@\d+|init|session-.*|getty@.*|ssh|sshd|sshd@.*|cron|crond|atd|docker|containerd|crio|kubelet|podman)$/;

/** The most telling of a process's groups first: in version 1 some controllers hold no place. */
const TELLING = ['', 'name=systemd', 'memory', 'cpu', 'cpuacct', 'pids', 'devices', 'freezer'];

/** Lines of one file: there are fewer controllers. */
const LINES_MAX = 64;

const RUNTIMES: Readonly<Record<string, string>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  containerd: 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
  podman: 'podman',
};

/** `docker-<id>.scope`, `<slice>:cri-containerd:<id>`, `libpod-<id>`, and the id alone. */
const CONTAINER =
  /^(?:.*?:)?(?:(docker|cri-containerd|containerd|nerdctl|crio|libpod|podman)[-:])?([0-9a-f]{64})(?:\.scope)?$/;
/** Names of folders that a container's id lies in by itself. */
const PARENTS: Readonly<Record<string, string>> = { docker: 'docker', libpod_parent: 'podman' };
const POD = /pod([0-9a-f]{8}[-_](?:[0-9a-f]{4}[-_]){3}[0-9a-f]{12}|[0-9a-f]{32})(?:\.slice|:|$)/;
/** Of containers that are named rather than numbered. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/^lxc\.payload\.(.+)$/, 'lxc'],
  [/^machine-(.+)\.scope$/, 'systemd-nspawn'],
];

/** Of /proc/<pid>/cgroup (cgroups(7)), version 1, 2, or both. */
export function cgroupPlace(text: string): CgroupPlace {
  const groups = groupsOf(text);
  const paths = TELLING.flatMap((name) => groups.get(name) ?? []).map((path) => path.split('/'));
  const container = first(paths, containerIn);
  return {
    containerId: container?.id,
    runtime: container?.runtime,
    podUid: first(paths, podIn),
    unit: first(paths, unitIn),
    groups,
    text,
  };
}

function groupsOf(text: string): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n').slice(0, LINES_MAX)) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

function first<T>(
  paths: readonly (readonly string[])[],
  find: (parts: readonly string[]) => T | undefined,
): T | undefined {
  for (const parts of paths) {
    const found = find(parts);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Container {
  readonly id: string;
  readonly runtime: string | undefined;
}

/** The innermost: a node of `kind` is a container with containers in it. */
function containerIn(parts: readonly string[]): Container | undefined {
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = unescapeUnit(parts[i] ?? '');
    const parent = parts[i - 1] ?? '';
    const [, prefix = '', id] = CONTAINER.exec(part) ?? [];
    if (id !== undefined) return { id, runtime: RUNTIMES[prefix] ?? PARENTS[parent] };
    for (const [pattern, runtime] of NAMED) {
      const name = pattern.exec(part)?.[1];
      if (name !== undefined) return { id: name, runtime };
    }
    if (parent === 'lxc' && part !== '') return { id: part, runtime: 'lxc' };
  }
  return undefined;
}

function podIn(parts: readonly string[]): string | undefined {
  return first(
    [...parts].reverse().map((part) => [part]),
    ([part = '']) => POD.exec(part)?.[1]?.replaceAll('_', '-'),
  );
}

/** The innermost that is somebody's service; template instances are one. */
function unitIn(parts: readonly string[]): string | undefined {
  for (const part of [...parts].reverse()) {
    const name = /^(.+)\.service$/.exec(part)?.[1];
    if (name === undefined || NOT_SERVICES.test(name)) continue;
    return unescapeUnit(name.replace(/@.*$/, ''));
  }
  return undefined;
}

/** systemd-escape(1): `\x2d` is a hyphen. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
