import type {
  AttributeKeysQuery,
  AttributeKeysResponse,
  AttributeValuesQuery,
  AttributeValuesResponse,
  BackLinksQuery,
  BackLinksResponse,
  CardinalityResponse,
  ExemplarsResponse,
  LabelValuesQuery,
  LabelValuesResponse,
  LogFacetsResponse,
  LogFieldsQuery,
  LogFieldsResponse,
  LogHistogramQuery,
  LogHistogramResponse,
  LogRecordResponse,
  LogSurroundingsQuery,
  LogSurroundingsResponse,
  LogsQuery,
  LogsResponse,
  LogsScopeQuery,
  LogValuesQuery,
  LogValuesResponse,
  MapCallsQuery,
  MapCallsResponse,
  MapQuery,
  MapResponse,
  MetricHeatmapResponse,
  MetricQueryResponse,
  MetricScopeQuery,
  MetricSeriesQuery,
  MetricsQuery,
  MetricsResponse,
  RangeQuery,
  RequestProgress,
  SendersResponse,
  ServiceDetailResponse,
  ServicesResponse,
  SpanGroupsQuery,
  SpanGroupsResponse,
  SpanHeatmapResponse,
  SpanPeersQuery,
  SpanPeersResponse,
  SpanResponse,
  SpansQuery,
  SpansResponse,
  SpansScopeQuery,
  StatusResponse,
  TraceOutlineResponse,
  TraceResponse,
  TracesQuery,
  TracesResponse,
} from '@sonde/backend/api-contract';
import { fetchJson } from './fetch-json.ts';
import { requestIdOf } from './request-ids.ts';
import {
  isAttributeKeys,
  isAttributeValues,
  isBackLinks,
  isCardinality,
  isExemplars,
  isLabelValues,
  isLogFacets,
  isLogFields,
  isLogHistogram,
  isLogRecord,
  isLogSurroundings,
  isLogs,
  isLogValues,
  isMap,
  isMapCalls,
  isMetricHeatmap,
  isMetricQuery,
  isMetrics,
  isRequestProgress,
  isSenders,
  isServiceDetail,
  isServices,
  isSpanGroups,
  isSpanHeatmap,
  isSpanPeers,
  isSpans,
  isStatus,
  isTrace,
  isTraceOutline,
  isTraces,
  isWholeSpan,
} from './shapes.ts';

/** One function a path of the API. All throw `RequestFailure`, or `AbortError` when superseded. */
export function fetchServices(query: RangeQuery, signal: AbortSignal): Promise<ServicesResponse> {
  return fetchJson({ path: '/services', query: { ...query }, shape: isServices, signal });
}

export function fetchMap(query: MapQuery, signal: AbortSignal): Promise<MapResponse> {
  return fetchJson({ path: '/map', query: { ...query }, shape: isMap, signal });
}

export function fetchMapCalls(
  query: MapCallsQuery,
  signal: AbortSignal,
): Promise<MapCallsResponse> {
  return fetchJson({ path: '/map/calls', query: { ...query }, shape: isMapCalls, signal });
}

export function fetchService(
  service: string,
  query: RangeQuery,
  signal: AbortSignal,
): Promise<ServiceDetailResponse> {
  const path = `/services/${encodeURIComponent(service)}`;
  return fetchJson({ path, query: { ...query }, shape: isServiceDetail, signal });
}

export function fetchTraces(query: TracesQuery, signal: AbortSignal): Promise<TracesResponse> {
  return fetchJson({ path: '/traces', query: { ...query }, shape: isTraces, signal });
}

export function fetchTrace(traceId: string, signal: AbortSignal): Promise<TraceResponse> {
  return fetchJson({ path: `/traces/${encodeURIComponent(traceId)}`, shape: isTrace, signal });
}

/** All spans of a large trace in outline. */
export function fetchTraceOutline(
  traceId: string,
  signal: AbortSignal,
): Promise<TraceOutlineResponse> {
  const path = `/traces/${encodeURIComponent(traceId)}/outline`;
  return fetchJson({ path, shape: isTraceOutline, signal });
}

export function fetchSpan(
  traceId: string,
  spanId: string,
  signal: AbortSignal,
): Promise<SpanResponse> {
  const path = `/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`;
  return fetchJson({ path, shape: isWholeSpan, signal });
}

export function fetchSpans(query: SpansQuery, signal: AbortSignal): Promise<SpansResponse> {
  return fetchJson({ path: '/spans', query: { ...query }, shape: isSpans, signal });
}

export function fetchSpanHeatmap(
  query: SpansScopeQuery,
  signal: AbortSignal,
): Promise<SpanHeatmapResponse> {
  return fetchJson({ path: '/spans/heatmap', query: { ...query }, shape: isSpanHeatmap, signal });
}

export function fetchSpanGroups(
  query: SpanGroupsQuery,
  signal: AbortSignal,
): Promise<SpanGroupsResponse> {
  return fetchJson({ path: '/spans/groups', query: { ...query }, shape: isSpanGroups, signal });
}

export function fetchSpanPeers(
  query: SpanPeersQuery,
  signal: AbortSignal,
): Promise<SpanPeersResponse> {
  return fetchJson({ path: '/spans/peers', query: { ...query }, shape: isSpanPeers, signal });
}

export function fetchBackLinks(
  traceId: string,
  query: BackLinksQuery,
  signal: AbortSignal,
): Promise<BackLinksResponse> {
  const path = `/traces/${encodeURIComponent(traceId)}/back-links`;
  return fetchJson({ path, query: { ...query }, shape: isBackLinks, signal });
}

export function fetchAttributeKeys(
  query: AttributeKeysQuery,
  signal: AbortSignal,
): Promise<AttributeKeysResponse> {
  return fetchJson({ path: '/spans/keys', query: { ...query }, shape: isAttributeKeys, signal });
}

export function fetchAttributeValues(
  query: AttributeValuesQuery,
  signal: AbortSignal,
): Promise<AttributeValuesResponse> {
  return fetchJson({
    path: '/spans/values',
    query: { ...query },
    shape: isAttributeValues,
    signal,
  });
}

export function fetchLogs(query: LogsQuery, signal: AbortSignal): Promise<LogsResponse> {
  return fetchJson({ path: '/logs', query: { ...query }, shape: isLogs, signal });
}

export function fetchLogHistogram(
  query: LogHistogramQuery,
  signal: AbortSignal,
): Promise<LogHistogramResponse> {
  return fetchJson({ path: '/logs/histogram', query: { ...query }, shape: isLogHistogram, signal });
}

export function fetchLogFacets(
  query: LogsScopeQuery,
  signal: AbortSignal,
): Promise<LogFacetsResponse> {
  return fetchJson({ path: '/logs/facets', query: { ...query }, shape: isLogFacets, signal });
}

export function fetchLogValues(
  query: LogValuesQuery,
  signal: AbortSignal,
): Promise<LogValuesResponse> {
  return fetchJson({ path: '/logs/values', query: { ...query }, shape: isLogValues, signal });
}

export function fetchLogFields(
  query: LogFieldsQuery,
  signal: AbortSignal,
): Promise<LogFieldsResponse> {
  return fetchJson({ path: '/logs/fields', query: { ...query }, shape: isLogFields, signal });
}

export function fetchLogRecord(id: string, signal: AbortSignal): Promise<LogRecordResponse> {
  return fetchJson({ path: `/logs/${encodeURIComponent(id)}`, shape: isLogRecord, signal });
}

export function fetchLogSurroundings(
  id: string,
  query: LogSurroundingsQuery,
  signal: AbortSignal,
): Promise<LogSurroundingsResponse> {
  const path = `/logs/${encodeURIComponent(id)}/surroundings`;
  return fetchJson({ path, query: { ...query }, shape: isLogSurroundings, signal });
}

export function fetchMetrics(query: MetricsQuery, signal: AbortSignal): Promise<MetricsResponse> {
  return fetchJson({ path: '/metrics', query: { ...query }, shape: isMetrics, signal });
}

export function fetchMetricSeries(
  query: MetricSeriesQuery,
  signal: AbortSignal,
): Promise<MetricQueryResponse> {
  return fetchJson({ path: '/metrics/query', query: { ...query }, shape: isMetricQuery, signal });
}

export function fetchMetricHeatmap(
  query: MetricScopeQuery,
  signal: AbortSignal,
): Promise<MetricHeatmapResponse> {
  const shape = isMetricHeatmap;
  return fetchJson({ path: '/metrics/heatmap', query: { ...query }, shape, signal });
}

export function fetchExemplars(
  query: MetricScopeQuery,
  signal: AbortSignal,
): Promise<ExemplarsResponse> {
  return fetchJson({ path: '/metrics/exemplars', query: { ...query }, shape: isExemplars, signal });
}

export function fetchLabelValues(
  query: LabelValuesQuery,
  signal: AbortSignal,
): Promise<LabelValuesResponse> {
  return fetchJson({ path: '/metrics/values', query: { ...query }, shape: isLabelValues, signal });
}

export function fetchCardinality(
  query: RangeQuery,
  signal: AbortSignal,
): Promise<CardinalityResponse> {
  const shape = isCardinality;
  return fetchJson({ path: '/metrics/cardinality', query: { ...query }, shape, signal });
}

export function fetchSenders(signal: AbortSignal): Promise<SendersResponse> {
  return fetchJson({ path: '/senders', query: {}, shape: isSenders, signal });
}

export function fetchStatus(signal: AbortSignal): Promise<StatusResponse> {
  return fetchJson({ path: '/status', shape: isStatus, signal });
}

/** How far the requests are that `asked` aborts. */
export function fetchRequestProgress(
  asked: AbortSignal,
  signal: AbortSignal,
): Promise<RequestProgress> {
  return fetchJson({ path: `/requests/${requestIdOf(asked)}`, shape: isRequestProgress, signal });
}
