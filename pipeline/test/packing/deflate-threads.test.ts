import { describe, expect, it } from 'vitest';
import { deflateThreads } from '../../src/packing/deflate-threads.ts';
import { DEFLATE_JOBS_MAX, DEFLATE_THREADS_MAX } from '../../src/packing/limits.ts';

interface Job {
  readonly done: Promise<string>;
  end(failure?: Error): void;
}

/** Jobs that end when they are told to; `begun` names those that were let in, in their order. */
function queue(): { readonly begun: string[]; add(name: string): Job } {
  const begun: string[] = [];
  return {
    begun,
    add: (name) => {
      let end: Job['end'] = () => undefined;
      const work = new Promise<string>((resolve, reject) => {
        end = (failure) => (failure === undefined ? resolve(name) : reject(failure));
      });
      const done = deflateThreads.run(() => {
        begun.push(name);
        return work;
      });
      return { done, end: (failure) => end(failure) };
    },
  };
}

describe('bodies for threads', () => {
  it('are let in a few at once, in their order, after one that failed too', async () => {
    const { begun, add } = queue();
    const jobs = Array.from({ length: DEFLATE_THREADS_MAX + 2 }, (_, i) => add(`job ${i}`));
    const names = jobs.map((_, i) => `job ${i}`);
    expect(begun).toEqual(names.slice(0, DEFLATE_THREADS_MAX));
    jobs[0]?.end(new Error('lost'));
    await expect(jobs[0]?.done).rejects.toThrow('lost');
    jobs[1]?.end();
    await jobs[1]?.done;
    for (const job of jobs.slice(2)) job.end();
    expect(await Promise.all(jobs.slice(1).map((job) => job.done))).toEqual(names.slice(1));
    expect(begun).toEqual(names);
  });

  it('are refused when too many wait, and taken again afterwards', async () => {
    const { begun, add } = queue();
    const jobs = Array.from({ length: DEFLATE_THREADS_MAX + DEFLATE_JOBS_MAX }, (_, i) =>
      add(`job ${i}`),
    );
    await expect(add('one more').done).rejects.toMatchObject({ code: 'OVERLOADED' });
    for (const job of jobs) job.end();
    await Promise.all(jobs.map((job) => job.done));
    const last = add('last');
    last.end();
    expect(await last.done).toBe('last');
    expect(begun).toHaveLength(jobs.length + 1);
  });
});
