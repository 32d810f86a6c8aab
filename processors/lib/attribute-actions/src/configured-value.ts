import {
  type AttributeValue,
  decodeLogs,
  jsonToProtobuf,
  LogColumns,
  LogEditor,
} from '@sonde/proto';
import type { RawValue } from './action-config.ts';

/** A value of the configuration with OTLP's type: whole numbers are integers. */
export function configuredValue(raw: RawValue): AttributeValue {
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? BigInt(raw) : raw;
  const request = {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: toOtlp(raw) }] }] }],
  };
  const columns = new LogColumns(1);
  const bytes = jsonToProtobuf('logs', JSON.stringify(request));
  decodeLogs(columns, bytes, { tenant: '', receivedUnixMs: 0 });
  const editor = new LogEditor(columns);
  editor.openRow(0);
  return editor.body;
}

function toOtlp(raw: RawValue): object {
  if (raw === null) return {};
  if (typeof raw === 'string') return { stringValue: raw };
  if (typeof raw === 'boolean') return { boolValue: raw };
  if (typeof raw === 'number') {
    return Number.isSafeInteger(raw) ? { intValue: String(raw) } : { doubleValue: raw };
  }
  if (isList(raw)) return { arrayValue: { values: raw.map(toOtlp) } };
  const values = Object.entries(raw).map(([key, value]) => ({ key, value: toOtlp(value) }));
  return { kvlistValue: { values } };
}

function isList(raw: RawValue): raw is readonly RawValue[] {
  return Array.isArray(raw);
}
