import { MessageChannel } from 'node:worker_threads';
import { EmbeddedLog, openSharedLog, TOPICS } from '@sonde/buffer';
import type { Component } from '@sonde/pipeline';
import { contractHost, contractSettings, GatedConsumer } from '@sonde/pipeline/contract-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bufferReceiverConfig, bufferReceiverFactory } from '../src/index.ts';
import { LogHost } from '../src/log-host.ts';
import { makeFolder } from './harness.ts';
import { recordOf } from './log-record.ts';
import { logsRequest } from './log-requests.ts';

async function startReceiver(directory: string, next: GatedConsumer): Promise<Component> {
  const config = bufferReceiverConfig.parse({ directory, batch: { timeout: '5ms' } });
  const receiver = bufferReceiverFactory.create(contractSettings('buffer'), config, { logs: next });
  onTestFinished(() => receiver.shutdown(AbortSignal.timeout(5000)));
  await receiver.start(contractHost());
  return receiver;
}

describe('the configuration', () => {
  it('has defaults for all but the folder', () => {
    expect(bufferReceiverConfig.parse({ directory: 'data' })).toEqual({
      directory: 'data',
      group: 'store',
      batch: { items_max: 100_000, bytes_max: 64 * 1024 * 1024, timeout: 1000 },
      retry: { initial_interval: 1000, max_interval: 30_000 },
      workers: 1,
    });
    expect(bufferReceiverConfig.safeParse(null).success).toBe(false);
  });

  it.each([
    [{ directory: '' }, 'must name a folder'],
    [{ directory: 'd', group: 'a b' }, 'letters, digits'],
    [{ directory: 'd', batch: { timeout: '2m' } }, 'between 0s and 1m'],
    [{ directory: 'd', retry: { initial_interval: '0s' } }, 'must be positive'],
    [{ directory: 'd', workers: 0 }, 'workers'],
  ])('refuses %j', (raw, text) => {
    expect(bufferReceiverConfig.safeParse(raw).error?.message).toContain(text);
  });
});

describe('the receiver', () => {
  it('delivers every partition of its signals and commits', async () => {
    const directory = await makeFolder();
    const { log, release } = await openSharedLog(directory);
    onTestFinished(release);
    await log.createTopic(TOPICS.logs, { partitions: 3 });
    for (const partition of [0, 1, 2]) {
      await log.append(TOPICS.logs, partition, [recordOf(logsRequest('x'))]);
    }
    const next = new GatedConsumer();
    const receiver = await startReceiver(directory, next);
    for (let count = 0; count < 3; count += 1) await next.entered();
    await receiver.shutdown(new AbortController().signal);
    expect(next.taken.map(({ source }) => source?.partition).sort()).toEqual([0, 1, 2]);
    const logs = log.state().filter(({ topic }) => topic === TOPICS.logs);
    expect(logs.map(({ groups }) => groups['store'])).toEqual([1, 1, 1]);
  });

  it('that cannot start says who holds the folder, which can be had afterwards', async () => {
    const directory = await makeFolder();
    const holder = await EmbeddedLog.open(directory);
    await expect(startReceiver(directory, new GatedConsumer())).rejects.toThrow(/in use by/);
    await holder.close();
    await startReceiver(directory, new GatedConsumer());
  });
});

describe('threads that share a log', () => {
  it('deliver the partitions of their turn and commit in the log that the first thread holds', async () => {
    const directory = await makeFolder();
    const { log, release } = await openSharedLog(directory);
    onTestFinished(release);
    await log.createTopic(TOPICS.logs, { partitions: 3 });
    for (const partition of [0, 1, 2]) {
      await log.append(TOPICS.logs, partition, [recordOf(logsRequest('x'))]);
    }
    const config = bufferReceiverConfig.parse({ directory, batch: { timeout: '5ms' }, workers: 2 });
    const settings = contractSettings('buffer');
    const host = new LogHost(settings, config);
    await host.start();
    const taken = [0, 1].map(async (index) => {
      const { port1, port2 } = new MessageChannel();
      host.connect(port1);
      const thread = { index, count: 2, port: port2 };
      const next = new GatedConsumer();
      const receiver = bufferReceiverFactory.create({ ...settings, thread }, config, {
        logs: next,
      });
      await receiver.start(contractHost());
      for (let partition = index; partition < 3; partition += 2) await next.entered();
      await receiver.shutdown(new AbortController().signal);
      return next.taken.map(({ source }) => source?.partition).sort();
    });
    expect(await Promise.all(taken)).toEqual([[0, 2], [1]]);
    await host.shutdown();
    const logs = log.state().filter(({ topic }) => topic === TOPICS.logs);
    expect(logs.map(({ groups }) => groups['store'])).toEqual([1, 1, 1]);
  });
});
