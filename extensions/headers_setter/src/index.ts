/**
 * Extension `headers_setter`: headers of what exporters send, by what the data's own client sent.
 *
 * In: the wish to make a request, with the client whose data it carries. Out: headers.
 * Never: lets anybody in; changes data; keeps or logs a value.
 */
export { type HeadersSetterConfig, headersSetterConfig } from './config.ts';
export { headersSetterFactory } from './factory.ts';
export { HeadersSetter } from './headers-setter.ts';
