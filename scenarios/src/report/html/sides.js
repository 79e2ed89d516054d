// A difference side by side: what was known, and what came of this run.
import { difference, middle } from "./difference.js";
import { at, element, plural, tell } from "./element.js";
import { printable } from "./printable.js";

const CONTEXT = 3;
// A fold hides no fewer lines.
const LEAST_FOLD = 4;
// More differing lines than anyone reads are counted.
const MOST_LINES = 1_000;

// Shows how two texts differ, each with its name. `skipped` lines that both begin with are not there, and `isCut` says that
// there are more behind those that are.
export function showSides(title, { oldName, newName, old, new: now, skipped = 0, isCut = false }) {
  const texts = aligned([lines(old), lines(now)]);
  const found = difference(...texts);
  const changed = found.filter(({ kind }) => kind === "changed").length;
  tell(at("difference-title"), title);
  tell(at("difference-count"), `${plural(changed, "line")} ${changed === 1 ? "differs" : "differ"}`);
  const heads = element("div", { className: "pair heads" }, element("span", { className: "side old" }, oldName), element("span", { className: "side new" }, newName));
  const before = skipped > 0 ? [element("p", { className: "more" }, `${plural(skipped, "line")} as they were, left out here`)] : [];
  const after = isCut ? [element("p", { className: "more" }, "… and more, left out here")] : [];
  at("sides").replaceChildren(heads, ...before, ...folded(found, { texts, skipped }), ...after);
}

function lines(text) {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

const LINE = /^(\d+\.\d{3}) +(\S+) +(\S+) +(.*)$/;

// The columns of a transcript are as wide as what stands in them. Here both sides get the same, so that they differ in what
// they say alone.
function aligned(texts) {
  const parts = texts.map((lines) => lines.map((line) => LINE.exec(line)));
  const widths = [1, 2, 3].map((column) => parts.flat().reduce((width, found) => Math.max(width, found?.[column].length ?? 0), 0));
  const join = ([, ...columns]) => columns.map((column, at) => column.padEnd(widths[at] ?? 0)).join("  ");
  return texts.map((lines, side) => lines.map((line, at) => (parts[side][at] ? join(parts[side][at]) : line)));
}

function folded(found, sides) {
  const near = found.map(() => false);
  found.forEach(({ kind }, index) => {
    if (kind === "changed") near.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  });
  const shown = [];
  let index = 0;
  while (index < found.length && shown.length < MOST_LINES) {
    let end = index;
    while (end < found.length && near[end] === near[index]) end += 1;
    const isFold = !near[index] && end - index >= LEAST_FOLD;
    if (isFold) shown.push(fold(found.slice(index, end), sides));
    else shown.push(...found.slice(index, Math.min(end, index + MOST_LINES - shown.length)).map((line) => pair(line, sides)));
    index = isFold ? end : Math.min(end, index + MOST_LINES);
  }
  if (index < found.length) shown.push(element("p", { className: "more" }, `… and ${plural(found.length - index, "more line")}`));
  return shown;
}

function fold(same, sides) {
  const button = element("button", { className: "fold", type: "button" }, `${plural(same.length, "line")} as they were`);
  button.addEventListener("click", () => {
    const rows = same.slice(0, MOST_LINES).map((line) => pair(line, sides));
    const rest = same.length > MOST_LINES ? [fold(same.slice(MOST_LINES), sides)] : [];
    button.replaceWith(...rows, ...rest);
    rows[0].tabIndex = -1;
    rows[0].focus();
  });
  return button;
}

function pair({ kind, old, new: now }, { texts: [before, after], skipped }) {
  const number = (line) => (line === undefined ? undefined : line + 1 + skipped);
  const two = (one, other, isMarked) => [side("old", number(old), one, isMarked), side("new", number(now), other, isMarked)];
  if (kind === "same") return element("div", { className: "pair same" }, ...two([before[old], "", ""], [after[now], "", ""]));
  const isBoth = old !== undefined && now !== undefined;
  const parts = isBoth ? middle(before[old], after[now]) : [["", before[old] ?? "", ""], ["", after[now] ?? "", ""]];
  return element("div", { className: "pair changed" }, ...two(...parts, isBoth));
}

function side(name, number, parts, isMarked = false) {
  if (number === undefined) return element("span", { className: `side ${name} none` });
  const [before, middle, after] = parts.map(printable);
  // A mark over most of a line would say no more than the line's color.
  const isPart = isMarked && middle !== "" && middle.length < (before.length + after.length) * 2;
  const text = isPart ? [before, element("mark", {}, middle), after] : [before + middle + after];
  return element("span", { className: `side ${name}` }, element("span", { className: "number", "aria-hidden": "true" }, number), element("span", { className: "line" }, ...text));
}
