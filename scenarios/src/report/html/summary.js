// The run as a whole: how it went, in what it ran, and how its cases divide.
import { at, element, plural } from "./element.js";
import { printableLines } from "./printable.js";
import { rank, statusOf } from "./statuses.js";
import { inUnits, took } from "./times.js";

export function facts(list, pairs) {
  const shown = pairs.filter(([, value]) => value);
  at(list).replaceChildren(...shown.map(([name, value]) => element("li", {}, ...(name ? [element("span", { className: "muted" }, `${name} `)] : []), value)));
}

export function showSummary({ start, end }, index) {
  const counts = new Map();
  for (const { status } of index) counts.set(status, (counts.get(status) ?? 0) + 1);
  const divided = [...counts].sort(([one], [other]) => rank(one) - rank(other));
  at("verdict").replaceChildren(...verdict(divided, index.length));
  at("shares").replaceChildren(...divided.map(([status, count]) => {
    const share = element("span", { className: "share", "data-tone": statusOf(status).tone });
    share.style.flexGrow = count;
    return share;
  }));
  facts("facts", [
    ["", start.live ? "Live: on real sockets" : "Sim: in virtual time"],
    ["", start.strict ? "strict" : ""],
    ["", start.explored ? `explored${start.explored.pairs ? " with pairs" : ""}` : ""],
    ["", end.interrupted ? "interrupted" : ""],
    ["took", took(end.wallTime)],
    ["virtual time", end.summary.virtualTime > 0 ? inUnits(end.summary.virtualTime) : ""],
    ["shard", start.shard ? `${start.shard.index} of ${start.shard.of}` : ""],
    ["version", start.harness],
  ]);
  const stale = end.staleSnapshots.map((path) => `the script of ${path} is not there any more`);
  const warnings = [...end.warnings.map(({ message }) => message), ...stale];
  at("run-warnings").hidden = warnings.length === 0;
  at("run-warnings").replaceChildren(...warnings.map((warning) => element("li", {}, printableLines(warning))));
}

function verdict(divided, all) {
  if (all === 0) return [element("span", {}, "No scenario ran")];
  const worst = divided.filter(([status]) => ["bad", "warning"].includes(statusOf(status).tone));
  const parts = (worst.length > 0 ? divided : divided.filter(([status]) => status !== "notRun")).map(([status, count]) => {
    const { tone, word } = statusOf(status);
    return element("span", { "data-tone": tone }, `${count.toLocaleString("en")} ${word}`);
  });
  return [...parts, element("span", { className: "muted" }, `of ${plural(all, "scenario")}`)];
}
