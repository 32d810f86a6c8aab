import { attributeCatalogueTable } from './attribute-catalogue.ts';
import { collectorViews } from './collector-views.ts';
import { exemplarsTable } from './exemplars.ts';
import {
  logLeavesTable,
  logPatterns1dTable,
  logPatterns1mTable,
  logPatternsTable,
} from './log-patterns.ts';
import { logsTable } from './logs.ts';
import { metricExponentialHistogramsTable } from './metric-exponential-histograms.ts';
import { metricHistogramsTable } from './metric-histograms.ts';
import { metricHistograms5mTable } from './metric-histograms-5m.ts';
import { metricSamplesTable } from './metric-samples.ts';
import { metricSamples5mTable } from './metric-samples-5m.ts';
import { metricSeriesTable } from './metric-series.ts';
import { metricSummariesTable } from './metric-summaries.ts';
import { metricWindows5mTable } from './metric-windows-5m.ts';
import {
  profileLocationsTable,
  profileMappingsTable,
  profileSamplesTable,
  profileStacksTable,
  profilesTable,
} from './profiles.ts';
import { red1mTable } from './red-1m.ts';
import { deploymentsView, resourceHistoryTable } from './resource-history.ts';
import { resourcesTable } from './resources.ts';
import { resources1wTable } from './resources-1w.ts';
import {
  connections1mTable,
  contexts1mTable,
  edgeMinutesTable,
  edges1mTable,
  namedAddresses1mTable,
} from './service-map.ts';
import { spansTable } from './spans.ts';
import type { SchemaOptions, TableDefinition, ViewDefinition } from './table.ts';
import { traceIndexTable } from './trace-index.ts';

/** Every table that holds rows of telemetry once all migrations ran. */
export function currentTables(options: SchemaOptions): readonly TableDefinition[] {
  return [
    spansTable(options),
    traceIndexTable(),
    red1mTable(options),
    contexts1mTable(options),
    edges1mTable(options),
    connections1mTable(options),
    namedAddresses1mTable(options),
    edgeMinutesTable(options),
    logsTable(options),
    logPatterns1mTable(),
    logPatterns1dTable(),
    logLeavesTable(),
    logPatternsTable(),
    metricSeriesTable(),
    metricSamplesTable(),
    metricHistogramsTable(),
    metricExponentialHistogramsTable(),
    metricSummariesTable(),
    exemplarsTable(),
    metricWindows5mTable(),
    metricSamples5mTable(options),
    metricHistograms5mTable(options),
    profilesTable(),
    profileSamplesTable(),
    profileStacksTable(),
    profileLocationsTable(),
    profileMappingsTable(),
    resourcesTable(),
    resources1wTable(),
    resourceHistoryTable(options),
    attributeCatalogueTable(options),
  ];
}

/** Every ordinary view. */
export function currentViews(options: SchemaOptions): readonly ViewDefinition[] {
  return [...collectorViews(options), deploymentsView(options)];
}
