/** Hand-made OTLP: an oracle that shares no line with the code under test. */

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

/** A length-delimited field. */
export function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function span(index: number, name: string): Buffer {
  const id = Buffer.alloc(8);
  id.writeUInt32BE(index + 1, 4);
  return field(2, Buffer.concat([field(1, Buffer.alloc(16, 7)), field(2, id), field(5, name)]));
}

/** An `ExportTraceServiceRequest` of so many spans. */
export function traces(spans = 1, name = 'GET /'): Buffer {
  const all = Array.from({ length: spans }, (_, index) => span(index, name));
  return field(1, field(2, Buffer.concat(all)));
}

/** An `ExportLogsServiceRequest` with one record whose body is a text. */
export function logs(text = 'hello'): Buffer {
  return field(1, field(2, field(2, field(5, field(1, text)))));
}

/** An `ExportMetricsServiceRequest` with a gauge of one point. */
export function metrics(name = 'up'): Buffer {
  const point = Buffer.alloc(9);
  // as_int = 6, sfixed64.
  point[0] = 6 * 8 + 1;
  point.writeUInt8(1, 1);
  return field(1, field(2, field(2, Buffer.concat([field(1, name), field(5, field(1, point))]))));
}

/** An `ExportProfilesServiceRequest` with one profile that says nothing. */
export function profiles(): Buffer {
  return field(1, field(2, field(2, '')));
}

/** Reads a `google.rpc.Status`: its code, its text, and the seconds and nanoseconds of RetryInfo. */
export function readStatus(content: Uint8Array): {
  code: number;
  message: string;
  retryMs: number | undefined;
} {
  const fields = readFields(content);
  const code = fields.find(({ number }) => number === 1);
  const message = fields.find(({ number }) => number === 2);
  const delays = fields
    .filter(({ number }) => number === 3)
    .map(({ bytes }) => retryDelayMs(bytes));
  return {
    code: code?.value ?? 0,
    message: message?.bytes.toString() ?? '',
    retryMs: delays.find((delay) => delay !== undefined),
  };
}

function retryDelayMs(any: Buffer): number | undefined {
  const [type, value] = readFields(any);
  if (type?.bytes.toString() !== 'type.googleapis.com/google.rpc.RetryInfo') return undefined;
  const [delay] = readFields(value?.bytes ?? Buffer.alloc(0));
  const parts = readFields(delay?.bytes ?? Buffer.alloc(0));
  const part = (wanted: number): number =>
    parts.find(({ number }) => number === wanted)?.value ?? 0;
  return part(1) * 1000 + part(2) / 1e6;
}

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Buffer;
}

/** Varints and length-delimited fields only. */
function readFields(content: Uint8Array): Field[] {
  const bytes = Buffer.from(content);
  const fields: Field[] = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 1) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte % 128) * 128 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = next();
    const value = next();
    const length = tag % 8 === 2 ? value : 0;
    fields.push({ number: Math.floor(tag / 8), value, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}
