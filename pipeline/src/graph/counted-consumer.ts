import type { Consumer } from '../component.ts';
import { SondeError } from '../errors.ts';
import type { ExporterEvents } from '../events/exporter-events.ts';
import type { ProcessorEvents } from '../events/processor-events.ts';
import type { ReceiverEvents } from '../events/receiver-events.ts';
import type { Telemetry } from '../telemetry.ts';
import { countedLink } from './counted-stage.ts';

/** What a receiver is given: its pipelines, counted. Rejects with `SondeError` only. */
export function countReceived(next: Consumer, events: ReceiverEvents): Consumer {
  return {
    givesBack: next.givesBack,
    async consume(telemetry: Telemetry): Promise<void> {
      const { itemCount, transport } = telemetry;
      try {
        await next.consume(telemetry);
      } catch (thrown) {
        const error = SondeError.from(thrown);
        events.refused(itemCount, transport, error);
        throw error;
      }
      events.accepted(itemCount, transport);
    },
  };
}

/** An exporter as its pipelines see it, counted. Rejects with `SondeError` only. */
export function countSent(exporter: Consumer, events: ExporterEvents): Consumer {
  return {
    givesBack: exporter.givesBack,
    async consume(telemetry: Telemetry): Promise<void> {
      const { itemCount } = telemetry;
      const ended = events.begun();
      try {
        await exporter.consume(telemetry);
      } catch (thrown) {
        const error = SondeError.from(thrown);
        events.sendFailed(itemCount, error);
        throw error;
      } finally {
        ended();
      }
      events.sent(itemCount);
    },
  };
}

/** A processor as the step before it sees it. */
export function countIncoming(processor: Consumer, events: ProcessorEvents): Consumer {
  return {
    givesBack: processor.givesBack,
    consume(telemetry: Telemetry): Promise<void> {
      events.incoming(telemetry.itemCount);
      events.begun();
      try {
        return processor.consume(telemetry);
      } finally {
        events.ended();
      }
    },
    rowLink: countedLink(processor, (items) => events.incoming(items)),
  };
}

/** What a processor is given: the next step. */
export function countOutgoing(next: Consumer, events: ProcessorEvents): Consumer {
  return {
    givesBack: next.givesBack,
    consume(telemetry: Telemetry): Promise<void> {
      events.outgoing(telemetry.itemCount);
      events.ended();
      return next.consume(telemetry);
    },
    // Steps that are done in one pass: their time is that of the first of them.
    rowLink: countedLink(next, (items) => {
      events.outgoing(items);
      events.ended();
    }),
  };
}
