import { describe, expect, it } from 'vitest';
import { otelEnvironment } from '../src/entities/otel-environment.ts';
import { isSonde, ownServiceName } from '../src/entities/own-processes.ts';
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
    ['/usr/bin/java -Dspring.application.name=cart -jar app.jar', 'cart'],
    ['/usr/bin/java -jar app.jar --spring.application.name=cart', 'cart'],
    ['/usr/bin/java -Dcatalina.base=/srv/shop org.apache.catalina.startup.Bootstrap start', 'shop'],
    ['/usr/bin/ruby bin/puma', 'checkout'],
    ['/usr/bin/ruby lib/worker/mailer.rb', 'mailer'],
    ['/usr/bin/python3 -m uvicorn --host 0.0.0.0 stock.main:app', 'stock'],
    ['/usr/bin/python3 /usr/bin/gunicorn app:app', 'checkout'],
    ['/usr/bin/python3 /usr/bin/celery -A mailer worker', 'mailer'],
    ['/usr/bin/dotnet /app/Billing.Api.dll --urls x', 'Billing.Api'],
    ['/usr/bin/dotnet exec /app/Billing.Api.dll', 'Billing.Api'],
    ['/usr/lib/erlang/bin/beam.smp -W w -- -root /x -sname rabbit@host', 'rabbit'],
    ['/app/erts/bin/beam.smp -- -boot /opt/chat/releases/0.1/start', 'chat'],
    ['/usr/sbin/php-fpm8.2 --nodaemonize', 'php-fpm'],
    ['/usr/bin/redis-check-rdb', 'redis-check-rdb'],
    ['/bin/sh /opt/backup.sh', 'backup'],
    ['/bin/bash -c true', 'bash'],
    ['/bin/bash /dev/fd/3', 'bash'],
    ['/usr/bin/python3 /proc/self/fd/11', 'python3'],
    ['postgres: writer', 'postgres:'],
  ])('%s is %s', (line, name) => {
    expect(named(line, line.includes('src/index.ts') ? '/data/srv' : '/var/www/checkout')).toBe(
      name === 'srv' ? 'data' : name,
    );
  });

  it('are those of the package where the file is called like any other', () => {
    const files: Readonly<Record<string, string>> = {
      '/srv/api/package.json': '{ "name": "@shop/api-gateway", "version": "1.0.0" }',
    };
    const command = ['node', 'dist/index.js'];
    const process = { file: '/usr/bin/node', command, directory: '/srv/api', name: 'node' };
    expect(serviceNameOf(process, (path) => files[path] ?? '')).toBe('api-gateway');
    expect(serviceNameOf(process)).toBe('api');
  });

  it.each([
    ['puma 5.6.5 (tcp://0.0.0.0:3000) [shop]', 'ruby3.1', 'shop'],
    ['gunicorn: master [shop.wsgi:application]', 'python3.11', 'shop'],
    ['sidekiq 6.5.12 mailer [0 of 5 busy]', 'ruby3.1', 'mailer'],
    ['postgres: 15/main: checkpointer', 'postgres', 'postgres'],
    ['nginx: worker process', 'nginx', 'nginx'],
    ['redis-server 127.0.0.1:6379', 'redis-check-rdb', 'redis-server'],
  ])('%s is a title', (title, executable, name) => {
    const process = { file: `/usr/bin/${executable}`, command: [title], directory: '/', name: 'x' };
    expect(serviceNameOf(process)).toBe(name);
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

describe('files of /proc', () => {
  it('are split at zero bytes', () => {
    expect(zeroParts('a\0\0b\0')).toEqual(['a', '', 'b']);
    expect(zeroParts('')).toEqual([]);
  });

  it('have names with parentheses and blanks', () => {
    const stat = `7 (a) b (c) S 42 ${'7 '.repeat(17)}1250 9`;
    expect(parseStat(stat)).toEqual({ parent: 42, name: 'a) b (c', startedSeconds: 12.5 });
  });
});

describe('Sonde itself', () => {
  it('is known by its command line', () => {
    expect(isSonde(['node', '--flag', '/x/cli/dist/sonde.js', 'gateway'])).toBe(true);
    expect(isSonde(['/usr/local/bin/sonde', 'up'])).toBe(true);
    expect(isSonde(['node', '/x/server.js', '--log=sonde.js.txt'])).toBe(false);
  });

  it('are named as they call themselves', () => {
    expect(ownServiceName(['node', '--flag', '/x/cli/dist/sonde.js', 'gateway', '--config'])).toBe(
      'sonde-gateway',
    );
    expect(ownServiceName(['/usr/local/bin/sonde'])).toBe('sonde');
    expect(ownServiceName(['sonde', '--help'])).toBe('sonde');
    expect(ownServiceName(['node', '/x/server.js', 'gateway'])).toBeUndefined();
  });
});
