import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadNativeAddon, type NativeObject } from '../src/kernel/native-addon.ts';
import { readObject } from '../src/kernel/programs.ts';
import { MAY_OBSERVE } from './running-observer.ts';

describe.runIf(MAY_OBSERVE)('the reader of the ring', () => {
  const addon = loadNativeAddon();
  let object: NativeObject;

  beforeEach(() => {
    object = addon.open(readObject('process'), 'process');
    addon.load(object);
    addon.attach(object, 'executed');
  });

  afterEach(() => addon.close(object));

  it('is woken by a process that begins, and by the next once it heeds', async () => {
    let told = 0;
    const ring = addon.openRing(addon.mapFd(object, 'ring'), () => told++);
    spawnSync('true');
    await untilTrue(() => told === 1);
    // Other processes of the host wake it too: nobody does while it does not heed.
    spawnSync('true');
    await turns();
    expect(told).toBe(1);
    addon.heedRing(ring);
    spawnSync('true');
    await untilTrue(() => told === 2);
    expect(addon.ringLag(ring)).toBeGreaterThan(0);
    addon.closeRing(ring);
    spawnSync('true');
    await turns();
    expect(told).toBe(2);
    expect(() => addon.heedRing(ring)).toThrow('the ring is closed');
  });

  it('hears of an exception in what it calls as of any other', async () => {
    const heard = new Promise<unknown>((resolve) => {
      const listeners = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const listener of listeners) process.on('uncaughtException', listener);
        resolve(error);
      });
    });
    const ring = addon.openRing(addon.mapFd(object, 'ring'), () => {
      throw new Error('not today');
    });
    spawnSync('true');
    expect(await heard).toMatchObject({ message: 'not today' });
    addon.closeRing(ring);
  });
});

async function untilTrue(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** As many as a wake-up could need. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 5));
}
