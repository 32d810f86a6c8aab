/**
 * Loaded before a process of Sonde (`node --import`) by drills alone: on SIGUSR2 its wall clock jumps
 * by `SONDE_DRILL_CLOCK_JUMP_MS`. `performance.now()` goes on as it does under a real jump.
 */
const jumpMs = Number(process.env.SONDE_DRILL_CLOCK_JUMP_MS ?? 0);
const RealDate = Date;
let offsetMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};

process.on('SIGUSR2', () => {
  offsetMs += jumpMs;
});
