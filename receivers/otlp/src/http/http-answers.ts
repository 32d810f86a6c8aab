import {
  type PlainAnswer,
  refusalHeaders,
  SENDER_ANSWERS,
  statusBytes,
  textAnswer,
  textRefusal,
} from '@sonde/intake';
import type { SondeError } from '@sonde/pipeline';
import { type Encoding, encodeExportResponse, type Signal } from '@sonde/proto';

const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** What a `Content-Type` names, its parameters left aside; undefined when it is another. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return 'protobuf';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}

export const UNSUPPORTED_MEDIA_TYPE: PlainAnswer = textAnswer(
  415,
  `415 unsupported media type, supported: [${CONTENT_TYPES.json}, ${CONTENT_TYPES.protobuf}]`,
);

/** All was taken: partial success is unset. */
export function success(signal: Signal, encoding: Encoding): PlainAnswer {
  const body = encodeExportResponse(signal, encoding);
  return { status: 200, contentType: CONTENT_TYPES[encoding], body };
}

/** A refusal: `google.rpc.Status` in the encoding of the request, plain text when that is unknown. */
export function refusal(error: SondeError, encoding: Encoding | undefined): PlainAnswer {
  if (encoding === undefined) return textRefusal(error);
  return {
    status: SENDER_ANSWERS[error.code].httpStatus,
    contentType: CONTENT_TYPES[encoding],
    headers: refusalHeaders(error),
    body: statusBytes(error, encoding),
  };
}
