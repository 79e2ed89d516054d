// The table of records. Only the rows in sight are elements, however many there are.
import { at, clock, element, plural, tell } from "./element.js";
import { json, printable } from "./printable.js";
import { particulars } from "./words.js";

const BEYOND = 6;

export class Timeline {
  constructor(records) {
    this.records = records;
    this.follows = true;
    this.chosen = undefined;
    this.pool = [];
    this.box = at("rows");
    this.body = at("rows-body");
    this.measure();
    this.box.addEventListener("scroll", () => {
      this.follows = this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - this.height;
      this.draw();
    });
    // What names a fault leads to the command that made it.
    document.addEventListener("click", (event) => {
      const fault = event.target.closest("[data-fault]");
      if (fault) this.findFault(Number(fault.dataset.fault));
    });
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("[data-fault]") ? null : event.target.closest("[data-index]");
      if (row) this.choose(Number(row.dataset.index));
    });
    this.box.addEventListener("keydown", (event) => this.key(event));
    at("details-close").addEventListener("click", () => this.close());
    new ResizeObserver(() => {
      this.measure();
      this.update();
    }).observe(this.box);
  }

  measure() {
    this.height = Number.parseFloat(getComputedStyle(this.box).getPropertyValue("--row")) || 30;
    this.head = this.box.querySelector(".rows-head").offsetHeight;
  }

  // Shows what has come or been chosen. `gone` rows have left at the top.
  update(gone = 0) {
    const { shown } = this.records;
    this.body.style.height = `${shown.length * this.height}px`;
    this.box.setAttribute("aria-rowcount", shown.length + 1);
    if (this.follows) this.box.scrollTop = this.box.scrollHeight;
    else if (gone > 0) this.box.scrollTop -= gone * this.height;
    this.draw();
    this.count();
  }

  count() {
    const { all, shown, waiting, dropped } = this.records;
    const parts = [shown.length === all.length ? plural(all.length, "record") : `${shown.length.toLocaleString("en")} of ${plural(all.length, "record")}`];
    if (waiting) parts.push(`${waiting.toLocaleString("en")} waiting`);
    if (dropped) parts.push(`${dropped.toLocaleString("en")} older ones dropped`);
    tell(at("shown-count"), parts.join(", "));
    at("empty").hidden = all.length > 0;
  }

  draw() {
    const { shown } = this.records;
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - BEYOND);
    const most = Math.ceil(this.box.clientHeight / this.height) + 2 * BEYOND;
    const count = Math.min(most, shown.length - first);
    for (let at = 0; at < Math.max(count, this.pool.length); at += 1) {
      if (at >= count) this.pool[at].row.hidden = true;
      else this.fill((this.pool[at] ??= this.makeRow()), first + at, shown[first + at]);
    }
    const chosen = this.pool.find(({ row, entry }) => !row.hidden && entry === this.chosen);
    if (chosen) this.box.setAttribute("aria-activedescendant", chosen.row.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  makeRow() {
    const cells = ["time", "user", "rest", "websocket", "faults"].map((name) => element("span", { role: "gridcell", className: `cell ${name}` }));
    const row = element("div", { role: "row", className: "row", id: `row-${this.pool.length}` }, ...cells);
    this.body.append(row);
    return { row, cells };
  }

  fill(line, index, entry) {
    const { row, cells } = line;
    line.entry = entry;
    row.hidden = false;
    row.style.transform = `translateY(${index * this.height}px)`;
    row.dataset.index = index;
    row.dataset.lane = entry.lane;
    row.setAttribute("aria-rowindex", index + 2);
    row.setAttribute("aria-selected", entry === this.chosen);
    tell(cells[0], clock(entry.time));
    tell(cells[1], entry.user);
    cells[1].title = printable(entry.user);
    ["rest", "websocket", "faults"].forEach((lane, at) => {
      const cell = cells[at + 2];
      const isHere = lane === entry.lane;
      const text = isHere ? entry.title : (lane === "faults" && (entry.fault || entry.why)) || "";
      const result = isHere ? entry.result : "";
      cell.dataset.tone = isHere ? entry.tone : "";
      const fault = lane === "faults" && text !== "" ? entry.faultId : undefined;
      if (cell.dataset.text === text && cell.dataset.result === result && cell.dataset.of === String(fault)) return;
      Object.assign(cell.dataset, { text, result, of: fault });
      cell.title = printable(`${text} ${result}`.trim());
      cell.replaceChildren(...(text ? [title(text, fault)] : []), ...(result ? [element("b", {}, result)] : []));
    });
  }

  key(event) {
    const { shown } = this.records;
    const page = Math.max(1, Math.floor((this.box.clientHeight - this.head) / this.height) - 1);
    const now = this.chosen ? shown.indexOf(this.chosen) : -1;
    const from = now === -1 ? Math.floor(this.box.scrollTop / this.height) - 1 : now;
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || shown.length === 0) return;
    event.preventDefault();
    this.choose(Math.min(Math.max(to, 0), shown.length - 1));
  }

  choose(index) {
    const entry = this.records.shown[index];
    if (!entry) return;
    this.show(entry);
    this.reveal(index);
  }

  // A record says more than before.
  renewed(entry) {
    if (entry && entry === this.chosen) this.detail(entry, entry.raw);
  }

  // Shows a record with its details, also one that the filter hides.
  find(entry) {
    const index = this.records.shown.indexOf(entry);
    if (index === -1) this.show(entry);
    else this.choose(index);
  }

  findFault(id) {
    const command = this.records.faults.get(id);
    if (command) this.find(command);
  }

  // The fault as it was asked for, also when it is no longer there.
  linkOfFault(id) {
    const command = this.records.faults.get(id);
    if (!command) return `${id}; the command that made it is not in this journal`;
    return element("button", { type: "button", className: "link", "data-fault": id }, `${id}: ${command.title}`);
  }

  reveal(index) {
    const [top, room] = [index * this.height, this.box.clientHeight - this.head];
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + this.height > this.box.scrollTop + room) this.box.scrollTop = top + this.height - room;
    this.draw();
  }

  show(entry) {
    this.chosen = entry;
    this.follows = false;
    this.detail(entry, entry.raw);
    this.draw();
  }

  detail(entry, raw) {
    const record = JSON.parse(raw);
    tell(at("details-title"), `${entry.kind === "mark" ? "Mark" : `Record ${entry.seq}`} at ${clock(entry.time)}`);
    at("details-list").replaceChildren(...particulars(record).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    if (entry.faultId !== undefined) at("details-list").append(element("dt", {}, "Fault"), element("dd", {}, this.linkOfFault(entry.faultId)));
    tell(at("details-json"), json(record, 2));
    at("details").hidden = false;
  }

  // Gives whether there was something to close.
  close() {
    if (at("details").hidden) return false;
    at("details").hidden = true;
    this.chosen = undefined;
    this.draw();
    this.box.focus();
    return true;
  }

  latest() {
    this.follows = true;
    this.update();
  }
}

// Inside of a row it is not a stop for the keyboard: the details have the same link.
function title(text, fault) {
  if (fault === undefined) return element("span", { className: "title" }, text);
  return element("span", { className: "title link", "data-fault": fault }, text);
}
