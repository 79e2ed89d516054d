// The sequence diagram: a row for each record, with what goes between the lanes drawn before its words.
import { picture } from "./arrows.js";
import { at, element, plural, tell } from "./element.js";
import { ListBox } from "./listbox.js";
import { printable } from "./printable.js";
import { inSeconds, inUnits } from "./times.js";

// As the style sheet has it.
const ROW = 26;
// How wide a lane is, depending on the room there is.
const [NARROWEST, WIDEST] = [24, 92];

export class Diagram {
  // `onChoose(record)` hears of the record that is to be shown in full, `onEnter()` that it is to be gone to.
  constructor({ onChoose, onEnter }) {
    this.box = new ListBox(at("records"), { onChoose: (row) => onChoose(this.rows[row]), onEnter });
    this.onChoose = onChoose;
    this.rows = [];
    this.lanes = [];
    new ResizeObserver(() => this.resize()).observe(at("diagram"));
    at("to-end").addEventListener("click", () => this.end());
  }

  show({ lanes, rows, count }) {
    this.lanes = lanes;
    this.rows = rows;
    tell(at("happened-count"), plural(count, "record"));
    at("to-end").hidden = rows.length < 30;
    this.width = undefined;
    this.resize();
  }

  // Draws all again where the room has changed so much that lanes get another width.
  resize() {
    const room = at("diagram").clientWidth;
    if (room === 0 || this.lanes.length === 0) return;
    const share = room < 560 ? 0.42 : 0.54;
    const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, (room * share) / this.lanes.length)) / 2) * 2;
    if (width === this.width) return;
    this.width = width;
    const { chosen } = this.box;
    at("diagram").style.setProperty("--lanes", `${width * this.lanes.length}px`);
    at("diagram").classList.toggle("upright", width < 60);
    this.drawNames();
    this.box.show(this.rows.length, { make: (row) => this.make(this.rows[row]), height: () => ROW, isChoice: (row) => this.rows[row].kind === "record" });
    if (chosen !== -1 && this.rows[chosen]?.kind === "record") this.box.choose(chosen);
  }

  drawNames() {
    const names = this.lanes.map(({ kind, name }, lane) => {
      const made = element("span", { className: `lane-name ${kind}`, title: printable(name) }, element("span", {}, printable(name)));
      made.style.left = `${lane * this.width}px`;
      made.style.width = `${this.width}px`;
      return made;
    });
    at("lane-names").replaceChildren(...names);
    const lines = this.lanes.map(({ kind }, lane) => {
      const line = element("i", { className: kind });
      line.style.left = `${(lane + 0.5) * this.width}px`;
      return line;
    });
    at("lane-lines").replaceChildren(...lines);
  }

  make(row) {
    if (row.kind === "passes") return this.between(row, `${inUnits(row.seconds)} later`, "passes");
    if (row.kind === "left") return this.between(row, `${plural(row.count, "record")} more, left out here`, "left");
    if (row.kind === "problem") return this.problem(row);
    const { record } = row;
    const { title, result, who, at: time, tone = "", lane, detail } = record;
    // A time is told once, where its instant begins.
    const clock = element("span", { className: row.isInstant ? "" : "hidden" }, inSeconds(time));
    // What the platform is told says more than its verb.
    const words = [element("span", { className: "title" }, printable(detail.command ?? title))];
    if (result) words.push(element("b", {}, printable(result)));
    if (detail.message && detail.message !== title) words.push(element("span", { className: "message" }, printable(detail.message)));
    return element(
      "div",
      { className: `step ${lane}${row.isInstant ? " instant" : ""}`, "data-tone": tone, title: printable(record.text) },
      element("span", { className: "time" }, clock),
      this.drawn(row),
      element("span", { className: "hidden" }, printable(who)),
      element("span", { className: "words" }, ...words),
    );
  }

  between(row, text, kind) {
    return element("div", { className: `step ${kind}`, role: "presentation" }, element("span", { className: "time" }), this.drawn(row), element("span", { className: "words" }, text));
  }

  problem(row) {
    const words = element("span", { className: "words" }, element("b", {}, printable(row.problem.message.split("\n")[0])));
    return element("div", { className: "step problem", role: "presentation" }, element("span", { className: "time" }, "✕"), this.drawn(row), words);
  }

  drawn(row) {
    return picture(row, { height: ROW, width: this.width, lanes: this.lanes });
  }

  // Keeps the chosen record in sight, of which so many pixels are covered from below.
  uncover(covered) {
    at("diagram").style.setProperty("--covered", `${covered}px`);
    this.box.reveal();
  }

  // Shows the record that is nearest to a time.
  go(time) {
    let best = -1;
    this.rows.forEach(({ kind, record }, row) => {
      if (kind === "record" && (best === -1 || Math.abs(record.at - time) < Math.abs(this.rows[best].record.at - time))) best = row;
    });
    this.goTo(best);
  }

  end() {
    this.goTo(this.rows.findLastIndex(({ kind }) => kind === "record"));
  }

  goTo(row) {
    if (row === -1) return;
    this.box.choose(row, { isShown: true });
    this.onChoose(this.rows[row]);
    at("records").focus({ preventScroll: true });
  }
}
