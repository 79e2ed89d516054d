// Texts of scripts and of the wire, fit to be read: what would move, turn or hide text is escaped, as `\n` or `\u{202e}`.

// The characters that printable.rs escapes, which a test holds.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const SHORT = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

export function printable(text) {
  return String(text).replace(UNPRINTABLE, (character) => SHORT[character] ?? `\\u{${character.codePointAt(0).toString(16)}}`);
}

// The same for a text whose line breaks are its own.
export function printableLines(text) {
  return String(text).split("\n").map(printable).join("\n");
}

// A value as JSON that reads as it is, and still is the same value.
export function json(value, indent) {
  const escaped = (character) => Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
  const lines = String(JSON.stringify(value, undefined, indent)).split("\n");
  return lines.map((line) => line.replace(UNPRINTABLE, escaped)).join("\n");
}
