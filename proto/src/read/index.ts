export {
  RENDER_CUT,
  RENDER_DEPTH_MAX,
  renderAnyValue,
  renderNativeValue,
} from './any-value-text.ts';
export { type AttributeText, readAttribute, readValue } from './attribute-text.ts';
export { dictionaryText, idText, nativeText } from './native-text.ts';
export { OtlpMessage, type OtlpValue } from './otlp-message.ts';
export { readRequest } from './read-message.ts';
export { SeriesIds } from './series-id.ts';
export { appendTextItems } from './text-items.ts';
