import { joinErrors, SondeError, type Telemetry } from '@sonde/pipeline';
import type { Columns } from '@sonde/proto';
import type { Target } from './routing-table.ts';
import type { Share } from './share.ts';

/**
 * What goes where: one batch a target, rows in the order in which they came. A row that is copied to
 * a target twice makes a second batch.
 */
export class Deliveries {
  readonly #shares = new Map<string, { readonly target: Target; readonly shares: Share[] }>();

  add(target: Target, share: Share): void {
    if (share.count === 0) return;
    const known = this.#shares.get(target.name);
    if (known === undefined) {
      this.#shares.set(target.name, { target, shares: [share] });
      return;
    }
    const disjoint = known.shares.find((other) => !other.overlaps(share));
    if (disjoint === undefined) known.shares.push(share);
    else disjoint.addAll(share);
  }

  /**
   * Hands every batch on, each even if one before it was refused. Rejects with all errors as one;
   * who took its batch sees it again when the sender retries.
   */
  async send(telemetry: Telemetry, columns: Columns): Promise<void> {
    const batches = [...this.#shares.values()].flatMap(({ target, shares }) =>
      shares.map((share, index) => {
        const name = index === 0 ? target.name : `${target.name}/${index}`;
        return { target, share, name };
      }),
    );
    const errors: SondeError[] = [];
    for (const { target, share, name } of batches) {
      const batch = telemetry.withColumns(share.gather(columns));
      try {
        await target.consumer.consume(batches.length === 1 ? batch : batch.withShare(name));
      } catch (error) {
        errors.push(SondeError.from(error));
      }
    }
    if (errors.length > 0) throw joinErrors(errors);
  }
}
