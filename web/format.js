// SPDX-License-Identifier: MIT
// Numbers as people read them.

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  let value = count;
  for (const unit of ["kB", "MB", "GB", "TB"]) {
    value /= 1000;
    if (value < 999.5 || unit === "TB") return `${value.toFixed(value < 9.95 ? 1 : 0)} ${unit}`;
  }
}

export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

// Never rounded to a certainty that was not there: 99.996 is not 100 %.
export function percent(share) {
  const value = share * 100;
  if (value > 99.995 && share < 1) return "> 99.99 %";
  if (value < 0.005 && share > 0) return "< 0.01 %";
  return `${value.toFixed(2)} %`;
}

export function age(ms) {
  const steps = [[1000, "s", 60], [60_000, "min", 60], [3_600_000, "h", 24], [86_400_000, "d", Infinity]];
  if (ms < 1500) return "now";
  for (const [unit, word, most] of steps) {
    if (Math.floor(ms / unit) < most) return `${Math.floor(ms / unit)} ${word} ago`;
  }
}

export const moment = (at_ms) => new Date(at_ms).toLocaleString();

export function count(number, word, words = `${word}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? word : words}`;
}

// 1234567 is "1.2 M"
export function magnitude(number) {
  for (const [unit, word] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (number >= unit) return `${(number / unit).toFixed(number / unit < 9.95 ? 1 : 0)} ${word}`;
  }
  return String(number);
}

// "1 × 28 × 28"; a dimension without a number is its name, or "?"
export function shape(dims) {
  if (!dims) return "any shape";
  return dims.length ? dims.map((d) => d ?? "?").join(" × ") : "a single value";
}
