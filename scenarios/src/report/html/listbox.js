// Choosing one of many rows by mouse and keyboard, as a listbox does.
import { LazyRows } from "./lazy.js";

const PAGE = 10;

export class ListBox {
  // `onChoose(row, how)` hears of each choice by who looks at the page; `onEnter(row)` of one that is to be gone to.
  constructor(list, { onChoose, onEnter }) {
    this.list = list;
    this.rows = new LazyRows(list);
    this.count = 0;
    this.chosen = -1;
    this.onChoose = onChoose;
    this.onEnter = onEnter;
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (!row) return;
      this.choose(Number(row.dataset.row));
      onChoose(this.chosen, "click");
    });
    list.addEventListener("keydown", (event) => this.key(event));
  }

  // `isChoice(row)` tells rows that can be chosen from those that only stand between them.
  show(count, { make, height, isChoice = () => true }) {
    this.count = count;
    this.isChoice = isChoice;
    this.chosen = -1;
    this.list.removeAttribute("aria-activedescendant");
    const id = this.list.id;
    this.rows.show(count, (row) => {
      const made = make(row);
      if (!isChoice(row)) return made;
      made.id = `${id}-${row}`;
      made.dataset.row = row;
      made.setAttribute("role", "option");
      made.setAttribute("aria-selected", row === this.chosen);
      return made;
    }, height);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.count === 0) return;
    if (event.key === "Enter" && this.chosen !== -1) {
      event.preventDefault();
      this.onEnter(this.chosen);
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const wanted = this.chosen === -1 && by === 1 ? 0 : this.chosen + by;
    const to = this.nearest(Math.min(Math.max(wanted, 0), this.count - 1), by > 0 ? 1 : -1);
    if (to === -1) return;
    this.choose(to, { isShown: true });
    this.onChoose(to, "key");
  }

  nearest(row, step) {
    for (const direction of [step, -step]) {
      for (let to = row; to >= 0 && to < this.count; to += direction) if (this.isChoice(to)) return to;
    }
    return -1;
  }

  choose(row, { isShown = false } = {}) {
    if (this.chosen !== -1) this.rows.row(this.chosen)?.setAttribute("aria-selected", false);
    this.chosen = row;
    const made = row === -1 ? undefined : this.rows.row(row);
    if (!made) return this.list.removeAttribute("aria-activedescendant");
    made.setAttribute("aria-selected", true);
    this.list.setAttribute("aria-activedescendant", made.id);
    if (isShown) this.reveal();
  }

  reveal() {
    this.rows.row(this.chosen)?.scrollIntoView({ block: "nearest" });
  }
}
