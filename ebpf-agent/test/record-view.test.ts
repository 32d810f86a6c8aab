import { describe, expect, it } from 'vitest';
import { ENDS, EXCHANGE, HEAD, Kind, PROCESS } from '../src/records/layout.ts';
import { RecordView } from '../src/records/record-view.ts';

const HEADER_BYTES = 8;

/** Records as the ring has them: a length, four bytes of nothing, up to a multiple of 8. */
function batchOf(...records: readonly Buffer[]): Buffer {
  return Buffer.concat(
    records.map((record) => {
      const whole = Buffer.alloc(HEADER_BYTES + Math.ceil(record.length / 8) * 8);
      whole.writeUInt32LE(record.length);
      record.copy(whole, HEADER_BYTES);
      return whole;
    }),
  );
}

function opened(...records: readonly Buffer[]): RecordView {
  const view = new RecordView();
  const batch = batchOf(...records);
  view.open(batch, batch.length);
  return view;
}

function exchange(text: string, addresses: { family: number; local: string; peer: string }) {
  const record = Buffer.alloc(EXCHANGE.text + text.length);
  record.writeUInt32LE(Kind.exchange, HEAD.kind);
  record.writeBigUInt64LE(2n ** 40n + 3n, HEAD.at_ns);
  record.writeUInt8(addresses.family, ENDS.family);
  record.write(addresses.local, ENDS.local, 'hex');
  record.write(addresses.peer, ENDS.peer, 'hex');
  record.writeUInt32LE(text.length, EXCHANGE.text_bytes);
  record.write(text, EXCHANGE.text, 'latin1');
  return record;
}

describe('the view of records', () => {
  it('goes from one to the next, whatever their length, and ends', () => {
    const four = { family: 2, local: '7f000001', peer: '0a000002' };
    const view = opened(exchange('GET / H', four), exchange('', four), exchange('x', four));
    const texts: string[] = [];
    while (view.next()) texts.push(view.text);
    expect(texts).toEqual(['GET / H', '', 'x']);
    expect(view.next()).toBe(false);
  });

  it.each([
    [2, '7f000001', '127.0.0.1'],
    [10, '00000000000000000000ffff0a000002', '10.0.0.2'],
    [10, '00000000000000000000000000000001', '::1'],
    [10, '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    [10, 'fe800000000000000000000000000000', 'fe80::'],
    [10, '20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
  ])('reads addresses: family %i, %s', (family, hex, text) => {
    const view = opened(exchange('', { family, local: hex, peer: hex }));
    view.next();
    expect([view.localAddress, view.peerAddress]).toEqual([text, text]);
    expect(view.atNs).toBe(2 ** 40 + 3);
  });

  it('reads a path and a command', () => {
    const [file, command] = ['/bin/echo\0', 'echo\0hi there\0'];
    const record = Buffer.alloc(PROCESS.text + 800);
    record.writeUInt32LE(Kind.exec, HEAD.kind);
    record.write('echo\0', PROCESS.name);
    record.writeUInt32LE(file.length, PROCESS.file_bytes);
    record.writeUInt32LE(command.length, PROCESS.command_bytes);
    record.write(file + command, PROCESS.text);
    const view = opened(record);
    view.next();
    expect([view.name, view.file, view.command]).toEqual([
      'echo',
      '/bin/echo',
      ['echo', 'hi there'],
    ]);
  });
});
