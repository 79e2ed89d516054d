// What the report tells, as JSON in elements of their own: of a case no more is read than is looked at.
import { at } from "./element.js";

function read(id) {
  const holder = at(id);
  return holder ? JSON.parse(holder.textContent) : undefined;
}

export const run = read("run");
export const index = read("index");

// The data of the cases stand behind this script, so that what is looked at first need not wait for all of them.
const isWhole = new Promise((come) => {
  if (document.readyState !== "loading") come();
  else document.addEventListener("DOMContentLoaded", come, { once: true });
});

// All about a case; `undefined` where the file ends before it.
export async function readCase(number) {
  const id = `case-${number}`;
  if (!at(id)) await isWhole;
  return read(id);
}
