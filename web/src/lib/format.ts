/** Numbers as the page prints them. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export function whole(value: number): string {
  return WHOLE.format(value);
}

export function fixed(value: number, digits = 2): string {
  return value.toFixed(digits).replace("-", "−");
}

/** With a sign before it: differences. */
export function signed(value: number, digits = 2): string {
  return value > 0 ? `+${fixed(value, digits)}` : fixed(value, digits);
}

/** Decimal units, as download sizes and WebGPU's documents have them. */
export function bytes(value: number): string {
  if (value < 1e3) return `${value} B`;
  const [size, unit] = value < 1e6 ? [value / 1e3, "kB"] : value < 1e9 ? [value / 1e6, "MB"] : [value / 1e9, "GB"];
  return `${size >= 100 ? size.toFixed(0) : size >= 10 && unit !== "GB" ? size.toFixed(size >= 99.95 ? 0 : 1) : size.toFixed(unit === "GB" ? 2 : 1)} ${unit}`;
}

/** Limits of a device are powers of two: in MiB, of which `fine` tells tenths too. */
export function mebibytes(value: number, fine = false): string {
  const size = value / 2 ** 20;
  return `${Number.isInteger(size) || (size >= 10 && !fine) ? Math.floor(size) : size.toFixed(1)} MiB`;
}

/** Parameters in three digits: 339 k, 10.3 M. */
export function short(value: number): string {
  if (value < 1e3) return String(value);
  const [size, unit] = value < 999_500 ? [value / 1e3, "k"] : [value / 1e6, "M"];
  return `${size >= 100 ? size.toFixed(0) : size.toPrecision(3)} ${unit}`;
}

/** Since a start: 2:11, or 1:02:11. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Of seconds on an axis that ends at so many of them. */
export function secondsAt(seconds: number, of: number): string {
  return of < 120 ? `${Number(seconds.toPrecision(3))} s` : elapsed(1000 * seconds);
}

/** What was measured: 0.8 s, 12 s, or 2:11. */
export function took(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : seconds < 119.5 ? `${Math.round(seconds)} s` : elapsed(milliseconds);
}

/** Rounded, so that it does not flicker and does not promise more than it knows. */
export function timeLeft(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (!Number.isFinite(seconds) || seconds < 0) return "unknown";
  if (seconds < 10) return "a few seconds";
  if (seconds < 57.5) return `${Math.ceil(seconds / 5) * 5} s`;
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min`;
  const halves = Math.round(seconds / 1800);
  return `${halves / 2} h`;
}

/** Of seconds that are estimated by a device's speed: from half to twice as long. */
export function timeRange(seconds: number): string {
  return timeBetween(seconds / 2, 2 * seconds);
}

/** In seconds. */
export function timeBetween(low: number, high: number): string {
  if (high < 10) return "< 10 s";
  const [unit, name] = high < 90 ? [1, "s"] : high < 5400 ? [60, "min"] : [3600, "h"];
  const rounded = (value: number, round: (value: number) => number) => Number(Math.max(1, round(value / unit)).toPrecision(2));
  const [from, to] = [rounded(low, Math.floor), rounded(high, Math.ceil)];
  return from === to ? `${from} ${name}` : `${from}–${to} ${name}`;
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${WHOLE.format(value)} ms`;
}

export function percent(part: number): string {
  return `${Math.floor(100 * Math.min(Math.max(part, 0), 1))}%`;
}

export function clock(time: number): string {
  return new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** With its year, unless it is this one. */
export function day(time: number, now = Date.now()): string {
  const [date, thisYear] = [new Date(time), new Date(now).getFullYear()];
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...(date.getFullYear() === thisYear ? {} : { year: "numeric" }) });
}

export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
