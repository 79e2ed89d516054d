// Times as people read them. All are in seconds.

// As the transcript has it.
export function inSeconds(seconds) {
  return seconds.toFixed(3);
}

// How long something took, in the unit that fits.
export function took(seconds) {
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(seconds < 0.01 ? 2 : 3)} ms`.replace(/\.0+ /, " ");
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return inUnits(seconds);
}

const UNITS = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];

// In its two largest units: `1 d 2 h`. What is shorter than a second is told in milliseconds.
export function inUnits(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const first = UNITS.findIndex(([size]) => seconds >= size);
  const [[size, name], next] = [UNITS[first], UNITS[first + 1]];
  const whole = next ? Math.floor(seconds / size) : Number(seconds.toFixed(3));
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return `${whole} ${name}${rest ? ` ${rest} ${next[1]}` : ""}`;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];

// Round times from 0 to an end, so many or fewer beside the first.
export function ticks(end, most) {
  const step = STEPS.find((step) => end / step <= most) ?? Math.ceil(end / most / 86_400) * 86_400;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, tick) => tick * step);
}
