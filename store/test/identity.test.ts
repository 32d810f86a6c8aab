import { describe, expect, it } from 'vitest';
import { deriveIdentity, deriveOrigin, Origin } from '../src/index.ts';

const attributes = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));

describe('the identity of a resource', () => {
  it('is what the semantic conventions say', () => {
    const identity = deriveIdentity(
      attributes({
        'service.name': 'checkout',
        'service.namespace': 'shop',
        'deployment.environment.name': 'production',
        'k8s.cluster.name': 'eu-1',
        'host.name': 'node-7',
        'service.instance.id': 'abc',
      }),
    );
    expect(identity).toEqual({
      service: 'checkout',
      namespace: 'shop',
      environment: 'production',
      cluster: 'eu-1',
      host: 'node-7',
      instance: 'abc',
    });
  });

  it('takes the older name of the environment', () => {
    const older = deriveIdentity(attributes({ 'deployment.environment': 'staging' }));
    expect(older.environment).toBe('staging');
  });

  it('names an unknown service by its executable', () => {
    const service = (entries: Readonly<Record<string, string>>): string =>
      deriveIdentity(attributes(entries)).service;
    const unknown = { 'service.name': 'unknown_service:node' };
    expect(service({ ...unknown, 'process.executable.name': 'cart' })).toBe('cart');
    expect(service({ ...unknown, 'process.executable.path': '/usr/bin/cart' })).toBe('cart');
    expect(service({ ...unknown, 'process.executable.path': 'C:\\shop\\cart.exe' })).toBe('cart');
    expect(service(unknown)).toBe('node');
    expect(service({ 'service.name': 'unknown_service' })).toBe('unknown_service');
    expect(service({ 'service.name': 'unknown_service_really' })).toBe('unknown_service_really');
  });

  it('names an unknown service in Kubernetes by what runs its pod', () => {
    const identity = deriveIdentity(
      attributes({ 'service.name': 'unknown_service:java', 'k8s.deployment.name': 'cart' }),
    );
    expect(identity.service).toBe('cart');
  });

  it('falls back to pod, container, then process for the instance', () => {
    const instance = (entries: Readonly<Record<string, string>>): string =>
      deriveIdentity(attributes(entries)).instance;
    expect(instance({ 'k8s.pod.name': 'cart-1', 'container.id': 'c' })).toBe('cart-1');
    expect(instance({ 'host.name': 'h', 'process.pid': '7' })).toBe('h:7');
    expect(instance({ 'host.name': 'h' })).toBe('h');
    expect(instance({})).toBe('');
  });
});

describe('the origin of a resource', () => {
  it('is the one it names, else eBPF where its SDK says so, else an SDK', () => {
    expect(deriveOrigin(attributes({ 'sonde.origin': 'ebpf' }))).toBe(Origin.ebpf);
    expect(deriveOrigin(attributes({ 'sonde.origin': 'derived' }))).toBe(Origin.derived);
    expect(deriveOrigin(attributes({ 'telemetry.sdk.name': 'beyla' }))).toBe(Origin.ebpf);
    const obi = { 'telemetry.distro.name': 'opentelemetry-ebpf-instrumentation' };
    expect(deriveOrigin(attributes(obi))).toBe(Origin.ebpf);
    expect(deriveOrigin(attributes({ 'telemetry.sdk.name': 'opentelemetry' }))).toBe(Origin.sdk);
    expect(deriveOrigin(attributes({}))).toBe(Origin.sdk);
  });
});
