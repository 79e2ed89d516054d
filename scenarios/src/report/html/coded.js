// Texts of the console, in which code stands between backticks.
import { element } from "./element.js";
import { printableLines } from "./printable.js";

export function coded(text) {
  const parts = text.split("`");
  // One that is not closed is a character like others.
  if (parts.length % 2 === 0) return [printableLines(text)];
  return parts.map((part, index) => (index % 2 === 0 ? printableLines(part) : element("code", {}, printableLines(part)))).filter((part) => part !== "");
}
