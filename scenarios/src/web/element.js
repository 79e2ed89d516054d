// Making elements. Texts become text, never markup: nothing in these pages sets innerHTML. And texts stay as they are
// read: what would turn them, or hide in them, is shown.
import { printableLines } from "./printable.js";

export const at = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.map((child) => (typeof child === "string" ? printableLines(child) : child)));
  return made;
}

// Sets a text only where it differs, so that nothing is laid out, or read aloud, again.
export function tell(node, text) {
  const shown = printableLines(text);
  if (node.textContent !== shown) node.textContent = shown;
}

// A time of the platform: since its start.
export function clock(milliseconds) {
  const part = (value, length = 2) => String(value).padStart(length, "0");
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours}:${part(minutes)}:${part(seconds % 60)}.${part(Math.floor(milliseconds % 1000), 3)}`;
}

// How long something takes, in its two largest units.
export function lasting(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const units = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first === -1) return "0s";
  const [[size, name], next] = [units[first], units[first + 1]];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return `${Math.floor(seconds / size)}${name}${rest ? ` ${rest}${next[1]}` : ""}`;
}

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
