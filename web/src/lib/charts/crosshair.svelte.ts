/** The moment that is pointed at in one chart: every chart of the page marks it. */
class Crosshair {
  ms: number | undefined = $state();

  point(ms: number | undefined): void {
    this.ms = ms;
  }
}

export const crosshair: Crosshair = new Crosshair();
