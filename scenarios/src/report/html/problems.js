// What is wrong with a case: each problem with its place in the script, then what else there is to say of it.
import { element, plural } from "./element.js";
import { coded } from "./coded.js";
import { printable, printableLines } from "./printable.js";

export function problemCards({ status, problems, moreProblems, doubts, warnings, reason }) {
  const cards = problems.map(problemCard);
  if (moreProblems > 0) cards.push(element("p", { className: "more" }, `… and ${plural(moreProblems, "more problem")}`));
  if (reason) cards.push(card("quiet", [status === "skipped" ? "Skipped" : "Why"], [element("p", {}, printableLines(reason))]));
  // In strict mode doubts are problems already.
  if (doubts.length > 0 && problems.length === 0) cards.push(card("warning", ["Doubts"], [told(doubts.map(doubt))]));
  if (warnings.length > 0) cards.push(card("warning", ["Left behind"], [told(warnings.map(({ client, message }) => [element("bdi", {}, printable(client)), ": ", ...coded(message)]))]));
  return cards;
}

function problemCard({ message, path, line, column, sourceLine, notes, helps }) {
  const place = [path, line, column].filter((part) => part !== null && part !== "").join(":");
  const [first, ...rest] = message.split("\n");
  return card("bad", coded(first), [
    ...(rest.length > 0 ? [element("pre", {}, printableLines(rest.join("\n")))] : []),
    element("p", { className: "place" }, element("code", {}, printable(place))),
    ...(sourceLine !== null && line !== null ? [source(sourceLine, line, column)] : []),
    ...notes.map((note) => element("pre", { className: "note" }, printableLines(note))),
    ...helps.map((help) => element("p", { className: "help" }, element("b", {}, "help: "), ...coded(help))),
  ]);
}

// The line of the script, with a mark below where the problem is.
function source(text, line, column) {
  const shown = printable(text.replaceAll("\t", " "));
  const before = column === null ? "" : printable([...text.replaceAll("\t", " ")].slice(0, column - 1).join(""));
  const caret = column === null ? [] : ["\n", element("span", { className: "caret", "aria-hidden": "true" }, `${" ".repeat([...before].length)}^`)];
  return element("div", { className: "source" }, element("span", { className: "number" }, line), element("pre", { tabIndex: 0 }, shown, ...caret));
}

function doubt({ message, path, line, help }) {
  const place = [path, line].filter((part) => part !== null && part !== "").join(":");
  return [...coded(message), place && element("code", {}, ` ${printable(place)}`), help && element("span", { className: "muted" }, " ", ...coded(help))].filter(Boolean);
}

function told(items) {
  return element("ul", {}, ...items.map((parts) => element("li", {}, ...parts)));
}

function card(tone, title, children) {
  return element("section", { className: "problem-card", "data-tone": tone }, element("h3", {}, ...title), ...children);
}
