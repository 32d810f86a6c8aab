import { describe, expect, it } from 'vitest';
import { cgroupPlace } from '../src/entities/cgroup-place.ts';
import { otelEnvironment } from '../src/entities/otel-environment.ts';
import { isSonde } from '../src/entities/own-processes.ts';
import { parseStat, zeroParts } from '../src/entities/proc-files.ts';
import { serviceNameOf } from '../src/entities/service-name.ts';

function named(line: string, directory = '/srv'): string {
  const command = line.split(' ');
  const [file = ''] = command;
  return serviceNameOf({ file, command, directory, name: 'short' });
}

describe('names of services', () => {
  it.each([
    ['/usr/sbin/nginx -g daemon', 'nginx'],
    ['/usr/bin/node /srv/checkout/server.js', 'checkout'],
    ['/usr/bin/node --require ./trace.js dist/orders.js --port 1', 'orders'],
    ['/usr/bin/node --import tsx src/index.ts', 'srv'],
    ['/usr/bin/node -e 1', 'node'],
    ['/usr/bin/python3.11 -m billing.worker', 'billing.worker'],
    ['/usr/bin/python3 /opt/shop/manage.py runserver', 'shop'],
    ['/usr/bin/python3 /usr/bin/gunicorn -w 4 cart.wsgi:application', 'cart'],
    ['/usr/bin/python3', 'python3'],
    ['/usr/bin/java -Xmx1g -jar /opt/orders-1.4.2.jar', 'orders'],
    ['/usr/bin/java -cp a.jar:b.jar com.example.PaymentService --x', 'PaymentService'],
    ['/usr/bin/ruby bin/puma', 'puma'],
    ['/bin/sh /opt/backup.sh', 'backup'],
    ['/bin/bash -c true', 'bash'],
    ['/bin/bash /dev/fd/3', 'bash'],
    ['/usr/bin/python3 /proc/self/fd/11', 'python3'],
    ['postgres: writer', 'postgres:'],
  ])('%s is %s', (line, name) => {
    expect(named(line, line.includes('src/index.ts') ? '/data/srv' : '/srv')).toBe(
      name === 'srv' ? 'data' : name,
    );
  });

  it('is not that of memory which is run', () => {
    const file = '/memfd:sealed-91173221a7ea';
    expect(serviceNameOf({ file, command: ['runc', 'init'], directory: '', name: 'x' })).toBe(
      'runc',
    );
    expect(serviceNameOf({ file, command: [], directory: '', name: 'runc' })).toBe('runc');
  });

  it('tells two JVMs apart', () => {
    expect(named('/usr/bin/java -jar a.jar')).not.toBe(named('/usr/bin/java -jar b.jar'));
  });

  it('falls back to the kernel’s name', () => {
    expect(serviceNameOf({ file: '', command: [], directory: '', name: 'kworker' })).toBe(
      'kworker',
    );
  });
});

describe('what a process says of itself', () => {
  it('is read from OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, and nothing else', () => {
    const found = otelEnvironment([
      'PASSWORD=secret',
      'OTEL_SERVICE_NAME=cart',
      'OTEL_RESOURCE_ATTRIBUTES=service.name=other,team=shop%20floor, bad ,k8s.pod.name=p',
    ]);
    expect(found).toEqual({
      serviceName: 'cart',
      attributes: { team: 'shop floor', 'k8s.pod.name': 'p' },
    });
  });

  it('takes the name among the attributes where there is no other, and bears percent signs', () => {
    const found = otelEnvironment(['OTEL_RESOURCE_ATTRIBUTES=service.name=a,x=50%']);
    expect(found).toEqual({ serviceName: 'a', attributes: { x: '50%' } });
    expect(otelEnvironment([]).serviceName).toBeUndefined();
  });
});

describe('control groups', () => {
  const id = 'ab'.repeat(32);

  it.each([
    ['docker, v1', `5:memory:/docker/${id}\n`],
    ['docker, v2', `0::/system.slice/docker-${id}.scope\n`],
    ['containerd', `0::/kubepods.slice/pod1.slice/cri-containerd-${id}.scope\n`],
    ['cri-o', `0::/kubepods/besteffort/pod1/crio-${id}.scope\n`],
    ['podman', `0::/machine.slice/libpod-${id}.scope/container\n`],
  ])('name the container of %s', (_name, text) => {
    expect(cgroupPlace(text).containerId).toBe(id);
  });

  it('name the unit, unless it starts everybody’s programs', () => {
    expect(cgroupPlace('0::/system.slice/nginx.service\n').unit).toBe('nginx');
    expect(cgroupPlace('0::/system.slice/system-pg.slice/postgresql@15-main.service\n').unit).toBe(
      'postgresql',
    );
    expect(cgroupPlace('0::/user.slice/user@1000.service/app.slice/x.scope\n').unit).toBe(
      undefined,
    );
    expect(cgroupPlace('0::/system.slice/cron.service\n').unit).toBeUndefined();
    expect(cgroupPlace('1:cpu:/\n0::/\n')).toEqual({ containerId: undefined, unit: undefined });
  });
});

describe('files of /proc', () => {
  it('are split at zero bytes', () => {
    expect(zeroParts('a\0\0b\0')).toEqual(['a', '', 'b']);
    expect(zeroParts('')).toEqual([]);
  });

  it('have names with parentheses and blanks', () => {
    expect(parseStat('7 (a) b (c) S 42 7 7')).toEqual({ parent: 42, name: 'a) b (c' });
  });
});

describe('Sonde itself', () => {
  it('is known by its command line', () => {
    expect(isSonde(['node', '--flag', '/x/cli/dist/sonde.js', 'gateway'])).toBe(true);
    expect(isSonde(['/usr/local/bin/sonde', 'up'])).toBe(true);
    expect(isSonde(['node', '/x/server.js', '--log=sonde.js.txt'])).toBe(false);
  });
});
