import { describe, expect, it } from 'vitest';
import { clockOffsetNs, kernelEntry } from '../src/kernel-entry.ts';
import { readRecord } from '../src/read-record.ts';

describe('a record of the kernel log', () => {
  it('has its priority, number, time, text and fields', () => {
    const text =
      '4,1234,5678901,-;usb 1-1: device not responding\n SUBSYSTEM=usb\n DEVICE=c189:1\n';
    expect(readRecord(text)).toEqual({
      ...{ priority: 4, facility: 0, sequence: 1234, atUs: 5_678_901 },
      message: 'usb 1-1: device not responding',
      fields: new Map([
        ['SUBSYSTEM', 'usb'],
        ['DEVICE', 'c189:1'],
      ]),
    });
    expect(readRecord('30,7,8,-,caller=T1;systemd[1]: hello\n')).toMatchObject({
      ...{ priority: 6, facility: 3, message: 'systemd[1]: hello' },
    });
  });

  it('has letters and lines as they were, which the kernel writes byte by byte', () => {
    const { message } = readRecord('6,1,2,-;caf\\xc3\\xa9\\x0atwo; lines=1\n') ?? {};
    expect(message).toBe('café\ntwo; lines=1');
  });

  it('is none where it does not look like one', () => {
    const texts = ['', 'hello', '6,1;no time', '6,x,2,-;letters', '6,1,2,-', ';'];
    expect(texts.map(readRecord)).toEqual(texts.map(() => undefined));
  });

  it('has the severity and the time that people read', () => {
    const secondsUp = Number(process.hrtime.bigint()) / 1e9;
    const record = readRecord(`3,1,${Math.round(secondsUp * 1e6)},-;bad\n SUBSYSTEM=net\n`);
    if (record === undefined) throw new Error('no record');
    const entry = kernelEntry(record, clockOffsetNs());
    expect([entry.severityNumber, entry.severityText]).toEqual([17, 'err']);
    expect(entry.resource.get('service.name')).toBe('kernel');
    expect(entry.attributes).toEqual(
      new Map<string, unknown>([
        ['facility', 0n],
        ['SUBSYSTEM', 'net'],
      ]),
    );
    const aside = Number(entry.timeUnixNano ?? 0n) / 1e6 - Date.now();
    expect(Math.abs(aside)).toBeLessThan(1_000);
  });
});
