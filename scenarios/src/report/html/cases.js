// The list of all cases, by filter and order.
import { coded } from "./coded.js";
import { at, element, plural, tell } from "./element.js";
import { ListBox } from "./listbox.js";
import { printable } from "./printable.js";
import { rank, statusOf, STATUSES } from "./statuses.js";
import { inUnits, took } from "./times.js";

// As the style sheet has them.
const LINE = 30;
const TWO_LINES = 50;

const ORDERS = {
  worst: (one, other) => rank(one.status) - rank(other.status),
  run: () => 0,
  slowest: (one, other) => other.wallTime - one.wallTime,
  longest: (one, other) => other.virtualTime - one.virtualTime,
};

export class Cases {
  // `onChoose(number, how)` hears of the case that is to be shown.
  constructor(index, { onChoose, onEnter }) {
    this.all = index.map((entry, number) => ({ ...entry, number, text: searched(entry) }));
    this.statuses = new Set();
    this.buttons = new Map();
    this.box = new ListBox(at("cases"), {
      onChoose: (row, how) => onChoose(this.shown[row].number, how),
      onEnter: (row) => onEnter(this.shown[row].number),
    });
    this.makeStatuses();
    this.makeTags();
    for (const id of ["tag", "order"]) at(id).addEventListener("change", () => this.update());
    at("filter").addEventListener("input", () => this.update());
    at("clear").addEventListener("click", () => this.clear());
    this.update();
  }

  makeStatuses() {
    for (const status of Object.keys(STATUSES)) {
      const count = this.all.filter((entry) => entry.status === status).length;
      if (count === 0) continue;
      const { word, tone } = statusOf(status);
      const button = element("button", { type: "button", className: "status", "aria-pressed": "false", "data-tone": tone }, word, element("b", {}, count.toLocaleString("en")));
      button.addEventListener("click", () => {
        if (!this.statuses.delete(status)) this.statuses.add(status);
        this.update();
      });
      this.buttons.set(status, button);
    }
    at("statuses").replaceChildren(...this.buttons.values());
  }

  makeTags() {
    const counts = new Map();
    for (const { tags } of this.all) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const tags = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
    at("tag").append(...tags.map(([tag, count]) => element("option", { value: tag }, `${printable(tag)} (${count.toLocaleString("en")})`)));
    at("tag").hidden = tags.length === 0;
  }

  clear() {
    at("filter").value = "";
    at("tag").value = "";
    this.statuses.clear();
    this.update();
    at("filter").focus();
  }

  update() {
    const terms = at("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const tag = at("tag").value;
    const isShown = ({ status, tags, text }) =>
      (this.statuses.size === 0 || this.statuses.has(status)) && (tag === "" || tags.includes(tag)) && terms.every((term) => text.includes(term));
    this.shown = this.all.filter(isShown).sort(ORDERS[at("order").value]);
    const isVirtual = at("order").value === "longest";
    for (const [status, button] of this.buttons) button.setAttribute("aria-pressed", this.statuses.has(status));
    this.box.show(this.shown.length, { make: (row) => makeRow(this.shown[row], { row, count: this.shown.length, isVirtual }), height: (row) => (this.shown[row].message ? TWO_LINES : LINE) });
    at("none").hidden = this.shown.length > 0;
    at("cases").hidden = this.shown.length === 0;
    const { length } = this.all;
    tell(at("count"), this.shown.length === length ? plural(length, "scenario") : `${this.shown.length.toLocaleString("en")} of ${plural(length, "scenario")}`);
    this.mark();
  }

  // Marks the case that is shown beside the list.
  choose(number) {
    this.number = number;
    this.mark({ isShown: true });
  }

  mark(how) {
    this.box.choose(this.shown.findIndex(({ number }) => number === this.number), how);
  }
}

function searched({ name, tags, message, path, status }) {
  return [name, ...tags, message ?? "", path ?? "", statusOf(status).word].join(" ").toLowerCase();
}

// The name's last part is what tells it from those beside it.
export function nameParts(name) {
  const shown = printable(name);
  const cut = shown.lastIndexOf("/") + 1;
  return [element("span", { className: "folder" }, shown.slice(0, cut)), element("bdi", {}, shown.slice(cut))];
}

function makeRow({ name, status, message, wallTime, virtualTime }, { row, count, isVirtual }) {
  const { sign, tone, word } = statusOf(status);
  const times = `${took(wallTime)}, ${inUnits(virtualTime)} of virtual time`;
  return element(
    "div",
    { className: "entry", "data-tone": tone, "aria-posinset": row + 1, "aria-setsize": count, title: `${printable(name)}: ${word}, ${times}` },
    element("span", { className: "sign", "aria-hidden": "true" }, sign),
    element("span", { className: "hidden" }, `${word}: `),
    element("span", { className: "name" }, ...nameParts(name)),
    element("span", { className: "time" }, isVirtual ? inUnits(virtualTime) : took(wallTime)),
    ...(message ? [element("span", { className: "message" }, ...coded(message))] : []),
  );
}
