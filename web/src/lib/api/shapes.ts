import type {
  AttributeKeysResponse,
  AttributeValuesResponse,
  BackLinksResponse,
  CardinalityResponse,
  ExemplarsResponse,
  LabelValuesResponse,
  LogFacetsResponse,
  LogFieldsResponse,
  LogHistogramResponse,
  LogRecordResponse,
  LogSurroundingsResponse,
  LogsResponse,
  LogValuesResponse,
  MapCallsResponse,
  MapResponse,
  MetricHeatmapResponse,
  MetricQueryResponse,
  MetricsResponse,
  RequestProgress,
  SendersResponse,
  ServiceDetailResponse,
  ServicesResponse,
  SpanGroupsResponse,
  SpanHeatmapResponse,
  SpanPeersResponse,
  SpanResponse,
  SpansResponse,
  StatusResponse,
  TraceOutlineResponse,
  TraceResponse,
  TracesResponse,
} from '@sonde/backend/api-contract';

/** Says whether an answer has the outline that the page relies on. */
export type Shape<T> = (body: unknown) => body is T;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The backend's own tests hold every field to the contract; here only the outline is looked at, so
// that an answer from elsewhere (a proxy's page, another release) is refused in words.

export const isServices: Shape<ServicesResponse> = (body): body is ServicesResponse =>
  hasLists(body, ['services']) && hasNumbers(body, ['fromMs', 'toMs', 'stepMs']);

export const isMap: Shape<MapResponse> = (body): body is MapResponse =>
  hasLists(body, ['edges', 'gone', 'places']) &&
  hasNumbers(body, ['calls', 'unresolved', 'minutesWaiting']);

export const isMapCalls: Shape<MapCallsResponse> = (body): body is MapCallsResponse =>
  hasLists(body, ['requestsByStep', 'errorsByStep', 'durationP95NsByStep', 'operations']) &&
  hasNumbers(body, ['fromMs', 'toMs', 'stepMs']);

export const isServiceDetail: Shape<ServiceDetailResponse> = (
  body,
): body is ServiceDetailResponse =>
  hasLists(body, [
    'operations',
    'requestsByStep',
    'errorsByStep',
    'durationP50NsByStep',
    'durationP95NsByStep',
  ]) &&
  hasNumbers(body, ['fromMs', 'toMs', 'stepMs']) &&
  hasLists(body['heatmap'], ['bucketsNs', 'counts', 'errors']);

export const isTraces: Shape<TracesResponse> = (body): body is TracesResponse =>
  hasLists(body, ['traces']);

export const isTrace: Shape<TraceResponse> = (body): body is TraceResponse =>
  hasLists(body, ['spans']) && isRecord(body['resources']);

export const isTraceOutline: Shape<TraceOutlineResponse> = (body): body is TraceOutlineResponse =>
  hasLists(body, ['spanIds', 'parents', 'startNs', 'durationNs']) &&
  hasLists(body, ['services', 'serviceOf', 'names', 'nameOf', 'kinds', 'kindOf', 'errors']);

export const isWholeSpan: Shape<SpanResponse> = (body): body is SpanResponse =>
  hasLists(body, ['resource']) && isRecord(body['span']);

export const isSpans: Shape<SpansResponse> = (body): body is SpansResponse =>
  hasLists(body, ['spans']) && hasNumbers(body, ['scannedFromMs']);

export const isSpanHeatmap: Shape<SpanHeatmapResponse> = (body): body is SpanHeatmapResponse =>
  hasLists(body, ['requestsByStep', 'errorsByStep']) &&
  hasNumbers(body, ['fromMs', 'toMs', 'stepMs', 'total']) &&
  hasLists(body['heatmap'], ['bucketsNs', 'counts', 'errors']);

export const isSpanGroups: Shape<SpanGroupsResponse> = (body): body is SpanGroupsResponse =>
  hasLists(body, ['groups']) && hasNumbers(body, ['groupsTotal']);

export const isSpanPeers: Shape<SpanPeersResponse> = (body): body is SpanPeersResponse =>
  isRecord(body) && hasNumbers(body, ['peers', 'shareFaster']);

export const isBackLinks: Shape<BackLinksResponse> = (body): body is BackLinksResponse =>
  hasLists(body, ['spans']);

export const isAttributeKeys: Shape<AttributeKeysResponse> = (
  body,
): body is AttributeKeysResponse => hasLists(body, ['keys']);

export const isAttributeValues: Shape<AttributeValuesResponse> = (
  body,
): body is AttributeValuesResponse => hasLists(body, ['values']);

export const isLogs: Shape<LogsResponse> = (body): body is LogsResponse =>
  hasLists(body, ['records']) && hasNumbers(body, ['scannedFromMs']);

export const isLogHistogram: Shape<LogHistogramResponse> = (body): body is LogHistogramResponse =>
  hasLists(body, ['series']) && hasNumbers(body, ['fromMs', 'stepMs', 'total']);

export const isLogFacets: Shape<LogFacetsResponse> = (body): body is LogFacetsResponse =>
  hasLists(body, ['facets']);

export const isLogValues: Shape<LogValuesResponse> = (body): body is LogValuesResponse =>
  hasLists(body, ['values']);

export const isLogFields: Shape<LogFieldsResponse> = (body): body is LogFieldsResponse =>
  hasLists(body, ['fields']);

export const isLogRecord: Shape<LogRecordResponse> = (body): body is LogRecordResponse =>
  hasLists(body, ['resource']) && isRecord(body['record']);

export const isLogSurroundings: Shape<LogSurroundingsResponse> = (
  body,
): body is LogSurroundingsResponse =>
  hasLists(body, ['before', 'after']) && isRecord(body['record']);

export const isMetrics: Shape<MetricsResponse> = (body): body is MetricsResponse =>
  hasLists(body, ['metrics']);

export const isMetricQuery: Shape<MetricQueryResponse> = (body): body is MetricQueryResponse =>
  hasLists(body, ['series', 'labelKeys']) && hasNumbers(body, ['fromMs', 'toMs', 'stepMs']);

export const isMetricHeatmap: Shape<MetricHeatmapResponse> = (
  body,
): body is MetricHeatmapResponse =>
  hasLists(body, ['bounds', 'counts']) && hasNumbers(body, ['fromMs', 'toMs', 'stepMs']);

export const isExemplars: Shape<ExemplarsResponse> = (body): body is ExemplarsResponse =>
  hasLists(body, ['exemplars']);

export const isLabelValues: Shape<LabelValuesResponse> = (body): body is LabelValuesResponse =>
  hasLists(body, ['values']);

export const isCardinality: Shape<CardinalityResponse> = (body): body is CardinalityResponse =>
  hasLists(body, ['metrics']) && hasNumbers(body, ['seriesTotal']);

export const isRequestProgress: Shape<RequestProgress> = (body): body is RequestProgress =>
  hasNumbers(body, ['rowsRead', 'bytesRead']) && typeof body['running'] === 'boolean';

export const isSenders: Shape<SendersResponse> = (body): body is SendersResponse =>
  hasLists(body, ['senders']) && hasNumbers(body, ['senderTotal']);

export const isStatus: Shape<StatusResponse> = (body): body is StatusResponse =>
  hasLists(body, ['parts', 'signals']) && isRecord(body['endpoints']);

export function hasLists(
  value: unknown,
  keys: readonly string[],
): value is Record<string, unknown> {
  return isRecord(value) && keys.every((key) => Array.isArray(value[key]));
}

function hasNumbers(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return isRecord(value) && keys.every((key) => typeof value[key] === 'number');
}
