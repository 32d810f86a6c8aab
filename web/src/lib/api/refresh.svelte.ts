/** Counts refreshes: every request key holds it, so that a step asks everything shown again. */
class Refresh {
  tick: number = $state(0);

  now(): void {
    this.tick += 1;
  }
}

export const refresh: Refresh = new Refresh();
