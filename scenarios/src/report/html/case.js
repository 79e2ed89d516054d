// One case: what became of it, how it differs, and what happened in its world.
import { Chart } from "./chart.js";
import { nameParts } from "./cases.js";
import { Diagram } from "./diagram.js";
import { at, element, plural, tell } from "./element.js";
import { ExplorationView } from "./exploration.js";
import { printable } from "./printable.js";
import { problemCards } from "./problems.js";
import { RecordView } from "./record.js";
import { sequence } from "./sequence.js";
import { showSides } from "./sides.js";
import { statusOf } from "./statuses.js";
import { facts } from "./summary.js";
import { inUnits, took } from "./times.js";

const SNAPSHOTS = { same: "as its snapshot", different: "differs from its snapshot", missing: "no snapshot", created: "snapshot made", changed: "snapshot changed", unasked: "" };

export class CaseView {
  constructor() {
    this.diagram = new Diagram({ onChoose: (row) => this.choose(row), onEnter: () => at("record").focus() });
    this.chart = new Chart({ onTime: (time) => this.diagram.go(time) });
    this.exploration = new ExplorationView({ onRun: (run) => this.happened({ ...this.found, ...run }) });
    this.record = new RecordView({ onClose: () => at("records").focus({ preventScroll: true }) });
  }

  show(found) {
    this.found = { ...found, title: "" };
    this.head(found);
    at("problems").replaceChildren(...problemCards(found));
    this.difference(found.difference);
    this.exploration.show(found);
    this.happened(this.found);
    at("case").scrollTop = 0;
  }

  // Draws what happened: in the scenario, or in a run of its exploration, whose title it has.
  happened({ records, left, problems, virtualTime, title, exploration }) {
    at("record").hidden = true;
    this.left = left;
    const isEmpty = records.length === 0 && !left;
    at("happened").hidden = isEmpty;
    if (isEmpty) return;
    tell(at("happened-title"), title ? `What happened: ${printable(title)}` : exploration ? "What happened, undisturbed" : "What happened");
    const { lanes, rows } = sequence({ records, left, problems: title ? [] : problems, virtualTime });
    this.diagram.show({ lanes, rows, count: records.length + (left?.count ?? 0) });
    this.chart.show({ lanes, rows, end: Math.max(title ? 0 : virtualTime, records.at(-1)?.at ?? 0) });
  }

  // What is shown instead of a case that the file does not have.
  lack(name) {
    at("record").hidden = at("exploration").hidden = at("difference").hidden = at("happened").hidden = true;
    at("case-title").replaceChildren(...nameParts(name));
    at("case-facts").replaceChildren();
    at("problems").replaceChildren(element("p", { className: "nothing" }, "This file ends before the data of this scenario: it was not written to its end, or not copied whole."));
  }

  head({ name, status, tags, path, summary, virtualTime, wallTime, checks, snapshot, variant, exploration }) {
    const { sign, tone, word } = statusOf(status);
    at("case-title").replaceChildren(element("span", { className: "badge", "data-tone": tone }, `${sign} ${word}`), " ", ...nameParts(name));
    facts("case-facts", [
      ["", element("code", {}, printable(path))],
      ["virtual time", variant === "check" || exploration ? "" : inUnits(virtualTime)],
      ["took", wallTime.duration > 0 ? took(wallTime.duration) : ""],
      ["", exploration ? "" : plural(checks, "check")],
      ["", SNAPSHOTS[snapshot] ?? ""],
      ...tags.map((tag) => ["", element("span", { className: "tag" }, printable(tag))]),
    ]);
    tell(at("case-summary"), printable(summary));
    at("case-summary").hidden = summary === "";
  }

  difference(difference) {
    at("difference").hidden = !difference;
    if (!difference) return at("sides").replaceChildren();
    const { client } = difference;
    showSides(client ? `What ${printable(client)} heard` : "Difference", difference);
  }

  choose(row) {
    const isAfter = this.left && row.index >= this.left.after;
    this.record.show(row, isAfter ? this.left.count : 0);
    this.diagram.uncover(at("record").offsetHeight);
  }

  closeRecord() {
    this.record.close();
  }
}
