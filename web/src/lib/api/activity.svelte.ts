/** What the shell shows about requests: how many are under way, and whether the API answers. */
class Activity {
  pending: number = $state(0);
  away: boolean = $state(false);

  start(): void {
    this.pending += 1;
  }

  /** `answered` is undefined for a request that was superseded: it says nothing about the API. */
  end(answered: boolean | undefined): void {
    this.pending -= 1;
    if (answered !== undefined) this.away = !answered;
  }
}

export const activity: Activity = new Activity();
