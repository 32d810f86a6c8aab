import { describe, expect, it } from 'vitest';
import { cgroupPlace } from '../src/entities/cgroup-place.ts';

const id = '3f2a7c'.padEnd(64, 'b');
const outer = '77'.repeat(32);
const uid = '0d1f8a5c-9c7e-4c1b-8a44-2b6f4b0f9e11';
const scoped = uid.replaceAll('-', '_');

/** As found on hosts of each kind; ids shortened to ours. */
const CONTAINERS: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
  [
    'docker, v1',
    `12:pids:/docker/${id}\n5:memory:/docker/${id}\n1:name=systemd:/docker/${id}\n`,
    'docker',
    undefined,
  ],
  ['docker, v2 with systemd', `0::/system.slice/docker-${id}.scope\n`, 'docker', undefined],
  ['docker, v2 with cgroupfs', `0::/docker/${id}\n`, 'docker', undefined],
  [
    'docker, v2 in v1 hybrid',
    `4:memory:/docker/${id}\n1:name=systemd:/docker/${id}\n0::/\n`,
    'docker',
    undefined,
  ],
  [
    'docker under Kubernetes, v1',
    `9:cpu,cpuacct:/kubepods/burstable/pod${uid}/${id}\n`,
    undefined,
    uid,
  ],
  [
    'containerd under Kubernetes, v2 with systemd',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${scoped}.slice/cri-containerd-${id}.scope\n`,
    'containerd',
    uid,
  ],
  [
    'containerd under Kubernetes, guaranteed',
    `0::/kubepods.slice/kubepods-pod${scoped}.slice/cri-containerd-${id}.scope\n`,
    'containerd',
    uid,
  ],
  [
    'containerd, v1 with systemd',
    `11:memory:/system.slice/containerd.service/kubepods-besteffort-pod${scoped}.slice:cri-containerd:${id}\n`,
    'containerd',
    uid,
  ],
  [
    'containerd under Kubernetes with cgroupfs',
    `0::/kubepods/besteffort/pod${uid}/${id}\n`,
    undefined,
    uid,
  ],
  [
    'containerd, seen from a container',
    `0::/../../kubepods-besteffort-pod${scoped}.slice/cri-containerd-${id}.scope\n`,
    'containerd',
    uid,
  ],
  ['nerdctl', `0::/system.slice/nerdctl-${id}.scope\n`, 'containerd', undefined],
  [
    'cri-o with systemd',
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${scoped}.slice/crio-${id}.scope\n`,
    'cri-o',
    uid,
  ],
  [
    'cri-o, inner scope',
    `0::/kubepods.slice/kubepods-pod${scoped}.slice/crio-${id}.scope/container\n`,
    'cri-o',
    uid,
  ],
  ['cri-o with cgroupfs, v1', `8:memory:/kubepods/besteffort/pod${uid}/crio-${id}\n`, 'cri-o', uid],
  ['podman', `0::/machine.slice/libpod-${id}.scope/container\n`, 'podman', undefined],
  [
    'podman without root',
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope/container\n`,
    'podman',
    undefined,
  ],
  ['podman with cgroupfs', `0::/libpod_parent/libpod-${id}\n`, 'podman', undefined],
  ['ECS', `0::/ecs/cluster/0123456789abcdef0123456789abcdef/${id}\n`, undefined, undefined],
  [
    'a pod on a node of kind',
    `0::/docker/${outer}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${scoped}.slice/cri-containerd-${id}.scope\n`,
    'containerd',
    uid,
  ],
];

describe('control groups', () => {
  it.each(CONTAINERS)('name the container of %s', (_name, text, runtime, podUid) => {
    expect(cgroupPlace(text)).toMatchObject({ containerId: id, runtime, podUid, unit: undefined });
  });

  it('name a static pod by the hash of its file', () => {
    const hash = '5d'.repeat(16);
    const slice = `kubepods-burstable-pod${hash}.slice`;
    const text = `0::/kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${id}.scope\n`;
    expect(cgroupPlace(text).podUid).toBe(hash);
  });

  it('know no container in what watches over one', () => {
    for (const scope of [`libpod-conmon-${id}`, `crio-conmon-${id}`]) {
      expect(cgroupPlace(`0::/machine.slice/${scope}.scope\n`).containerId).toBeUndefined();
    }
  });

  it.each([
    ['lxc', '0::/lxc.payload.web1/init.scope\n', 'web1'],
    ['lxc', '4:memory:/lxc/web1\n', 'web1'],
    ['systemd-nspawn', '0::/machine.slice/machine-web\\x2d1.scope/payload\n', 'web-1'],
  ])('name containers of %s', (runtime, text, name) => {
    expect(cgroupPlace(text)).toMatchObject({ containerId: name, runtime });
  });

  it.each([
    ['0::/system.slice/nginx.service\n', 'nginx'],
    ['1:name=systemd:/system.slice/nginx.service\n0::/system.slice/nginx.service\n', 'nginx'],
    ['0::/system.slice/system-postgresql.slice/postgresql@15-main.service\n', 'postgresql'],
    ['0::/system.slice/my\\x2dapp.service\n', 'my-app'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/backup.service\n', 'backup'],
    [`0::/docker/${id}/system.slice/nginx.service\n`, 'nginx'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n', undefined],
    ['0::/user.slice/user-0.slice/session-3.scope\n', undefined],
    ['0::/system.slice/cron.service\n', undefined],
    ['0::/system.slice/ssh.service\n', undefined],
    ['0::/init.scope\n', undefined],
    ['9:name=systemd:/\n4:memory:/process_api/d4611b22239e429befb6918d8d13ba23\n0::/\n', undefined],
    ['', undefined],
    ['no groups at all', undefined],
  ])('%j is of the unit %s', (text, unit) => {
    expect(cgroupPlace(text).unit).toBe(unit);
  });

  it('keep the path of each controller', () => {
    const { groups } = cgroupPlace('2:cpu,cpuacct:/a\n1:name=systemd:/b:c\n0::/d\n');
    expect([...groups]).toEqual([
      ['cpu', '/a'],
      ['cpuacct', '/a'],
      ['name=systemd', '/b:c'],
      ['', '/d'],
    ]);
  });
});
