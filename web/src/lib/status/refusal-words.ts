/** What a code of a refusal means to the person who runs the sender, and what mends it. */
const WORDS: Readonly<Record<string, string>> = {
  INVALID_DATA: 'the bytes are no OTLP. The answer names the offset: look at the sender',
  TOO_LARGE: 'over a limit of size. Send smaller batches, or raise max_request_body_size',
  UNAUTHENTICATED: 'no token, or one that is not known. Give the sender a token',
  PERMISSION_DENIED: 'the token may not do this',
  UNIMPLEMENTED: 'no pipeline takes this signal. Add one to the configuration',
  OVERLOADED: 'something behind is full: disk, queue or memory. Senders keep it for a while',
  UNAVAILABLE: 'something behind is away. Senders keep it for a while',
  DEADLINE_EXCEEDED: 'the sender did not wait long enough. Raise its timeout',
  SHUTTING_DOWN: 'Sonde was stopping. Senders send it again',
  INTERNAL: "a fault of Sonde's own: the gateway's log has it",
};

export function refusalWords(code: string): string {
  return WORDS[code] ?? '';
}
