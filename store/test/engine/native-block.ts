/** A Native block by hand, independent of the writer under test: UInt64 `n` and String `s`. */
export function nativeBlock(rows: ReadonlyArray<readonly [bigint, Uint8Array]>): Uint8Array {
  const numbers = Buffer.alloc(rows.length * 8);
  const strings: Uint8Array[] = [];
  for (const [index, [n, s]] of rows.entries()) {
    numbers.writeBigUInt64LE(n, index * 8);
    strings.push(varint(s.length), s);
  }
  const parts = [varint(2), varint(rows.length)];
  parts.push(text('n'), text('UInt64'), numbers, text('s'), text('String'));
  return Buffer.concat([...parts, ...strings]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function text(value: string): Uint8Array {
  return Buffer.concat([varint(value.length), Buffer.from(value)]);
}
