// Records as lines of text: when, who, what, and what came of it.
import { printable } from "./printable.js";
import { words } from "./words.js";

const WIDEST = 40;

export function transcript(records) {
  const who = records.map(({ user }) => printable(user ?? "platform"));
  const width = Math.min(WIDEST, Math.max(0, ...who.map(({ length }) => length)));
  return records.map((record, index) => {
    const { title, result = "", fault = "" } = words(record);
    const what = [title, result, fault && `(${fault})`].filter((part) => part !== "").map(printable).join("  ");
    return `${(record.time / 1000).toFixed(3).padStart(9)}  ${who[index].padEnd(width)}  ${what}\n`;
  }).join("");
}
