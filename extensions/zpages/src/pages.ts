import { FEATURE_GATES, type ServiceOutline, type ServiceStatus } from '@sonde/pipeline';
import { escapeHtml, page, table } from './html.ts';

/** What a page shows. */
export interface PageSource {
  readonly outline: ServiceOutline;
  readonly status: ServiceStatus;
}

/** Pages by the last part of their path. */
export const PAGES: ReadonlyMap<string, (source: PageSource) => string> = new Map([
  ['servicez', servicePage],
  ['pipelinez', pipelinesPage],
  ['extensionz', extensionsPage],
  ['featurez', featuresPage],
]);

const LINKS =
  '<p><a href="servicez">Service</a> · <a href="pipelinez">Pipelines</a> · ' +
  '<a href="extensionz">Extensions</a> · <a href="featurez">Features</a></p>\n';

function servicePage({ outline, status }: PageSource): string {
  const { build, startedUnixMs } = outline;
  const since = status.readySinceUnixMs;
  return page(
    `Service ${build.command}`,
    LINKS +
      '<h2>Build Info</h2>\n' +
      table(
        ['', ''],
        [
          ['Command', build.command],
          ['Description', build.description],
          ['Version', build.version],
        ],
      ) +
      '<h2>Runtime Info</h2>\n' +
      table(
        ['', ''],
        [
          ['StartTimestamp', new Date(startedUnixMs).toISOString()],
          ['Phase', status.phase],
          ['ReadySince', since === undefined ? '' : new Date(since).toISOString()],
          ['Node', process.version],
          ['OS', process.platform],
          ['Arch', process.arch],
        ],
      ) +
      '<h2>Components that reported</h2>\n' +
      componentsTable(status),
  );
}

function componentsTable({ components }: ServiceStatus): string {
  if (components.size === 0) return '<p>None: everything fares well.</p>\n';
  return table(
    ['Component', 'State'],
    [...components].map(([name, { state }]) => [name, state]),
  );
}

function pipelinesPage({ outline }: PageSource): string {
  return page(
    'Pipelines',
    LINKS +
      table(
        ['FullName', 'InputType', 'Receivers', 'Processors', 'Exporters'],
        outline.pipelines.map((pipeline) => [
          pipeline.id,
          pipeline.signal,
          pipeline.receivers.join(', '),
          pipeline.processors.join(' → '),
          pipeline.exporters.join(', '),
        ]),
      ),
  );
}

function extensionsPage({ outline }: PageSource): string {
  const items = outline.extensions.map((id) => `<li>${escapeHtml(id)}</li>\n`).join('');
  return page('Extensions', `${LINKS}<ul>\n${items}</ul>\n`);
}

function featuresPage({ outline }: PageSource): string {
  return page(
    'Feature Gates',
    LINKS +
      table(
        ['ID', 'Enabled', 'Description', 'Stage', 'From Version'],
        FEATURE_GATES.map(({ id, description, stage, fromVersion }) => [
          id,
          String(outline.gates.has(id)),
          description,
          stage,
          fromVersion,
        ]),
      ),
  );
}
