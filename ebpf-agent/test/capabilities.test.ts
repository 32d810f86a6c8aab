import { describe, expect, it } from 'vitest';
import { checkCapabilities } from '../src/capabilities/check.ts';
import { refusalOf } from '../src/kernel/kernel-error.ts';
import { loadNativeAddon } from '../src/kernel/native-addon.ts';
import { readObject } from '../src/kernel/programs.ts';
import { MAY_OBSERVE } from './running-observer.ts';

describe('the capability report', () => {
  it.runIf(MAY_OBSERVE)('finds on what the agent stands on, and a reason for what is off', () => {
    const capabilities = checkCapabilities();
    const needed = capabilities.filter(({ isOptional }) => !isOptional);
    expect(needed.map(({ feature, reason }) => [feature, reason])).toEqual([
      ['kernel types', undefined],
      ['rights', undefined],
      ['processes', undefined],
      ['requests', undefined],
      ['connections', undefined],
    ]);
    for (const { reason } of capabilities) expect(reason).not.toBe('');
  });
});

describe('a refusal', () => {
  it('says what the verifier said last', () => {
    const log = 'libbpf: prog\n0: (b7) r0 = 0\nR0 !read_ok\nprocessed 1 insns (limit 1000000)\n';
    const error = Object.assign(new Error('traffic: Permission denied'), { code: 'EACCES', log });
    expect(refusalOf(error)).toBe('traffic: Permission denied (EACCES); R0 !read_ok');
    expect(refusalOf('odd')).toBe('odd');
  });
});

describe('the addon', () => {
  const addon = loadNativeAddon();

  it('refuses what is no BPF object, whatever the bytes', () => {
    const object = readObject('process');
    expect(() => addon.open(Buffer.from('no ELF'), 'x')).toThrow('cannot be read');
    for (let length = 0; length < object.length; length += 97) {
      const cut = object.subarray(0, length);
      expect(() => addon.open(cut, 'x')).toThrow();
    }
  });

  it('refuses programs and maps that are not there, and objects that are closed', () => {
    const object = addon.open(readObject('process'), 'process');
    expect(() => addon.attach(object, 'nobody')).toThrow('no program nobody');
    expect(() => addon.mapFd(object, 'nothing')).toThrow('no map nothing');
    expect(() => addon.mapFd(object, 'ring')).toThrow('is not loaded');
    addon.close(object);
    addon.close(object);
    expect(() => addon.load(object)).toThrow('closed');
    expect(() => addon.openRing(-1, () => {})).toThrow('cannot be mapped');
  });

  it.runIf(MAY_OBSERVE)('reads and changes maps, of the size that the map has', () => {
    const object = addon.open(readObject('process'), 'process');
    addon.setMapSize(object, 'ring', 4096);
    addon.load(object);
    const fd = addon.mapFd(object, 'own_processes');
    const [key, value, next] = [Buffer.of(1, 0, 0, 0), Buffer.of(7), Buffer.alloc(4)];
    expect(addon.lookup(fd, key, value)).toBe(false);
    addon.update(fd, key, value);
    expect(addon.lookup(fd, key, Buffer.alloc(1))).toBe(true);
    expect(addon.nextKey(fd, null, next)).toBe(true);
    expect(next).toEqual(key);
    expect(addon.nextKey(fd, key, next)).toBe(false);
    expect(() => addon.update(fd, Buffer.alloc(3), value)).toThrow('has 4 bytes there, not 3');
    expect(addon.remove(fd, key)).toBe(true);
    expect(addon.remove(fd, key)).toBe(false);
    addon.close(object);
  });
});
