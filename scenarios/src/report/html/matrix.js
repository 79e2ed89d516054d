// The matrix of an exploration: moments from top to bottom, what goes wrong there from left to right, a cell for each run.
import { at, element } from "./element.js";
import { printable } from "./printable.js";

// How a run ended: the word, and the sign by which it is told where colors are not.
export const ENDS = {
  undisturbed: { word: "as undisturbed", sign: "" },
  other: { word: "another outcome", sign: "~" },
  finding: { word: "a finding", sign: "×" },
};

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] };

export class Matrix {
  // `onChoose(schedule, how)` hears of a run that is to be shown.
  constructor({ onChoose }) {
    this.table = at("matrix");
    this.onChoose = onChoose;
    this.cells = new Map();
    this.table.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      this.focus(button);
      onChoose(button.dataset.schedule, "click");
    });
    this.table.addEventListener("keydown", (event) => this.key(event));
  }

  show({ moments, acts, cells, outcomes }) {
    this.cells = new Map();
    this.grid = moments.map(() => new Array(acts.length));
    for (const { moment, act, outcome, end } of cells) {
      const schedule = `${moments[moment]}: ${acts[act].act}`;
      const said = outcome === null ? ENDS[end].word : `${ENDS[end].word}: ${outcomes[outcome].text}`;
      const label = `${printable(schedule)}: ${printable(said)}`;
      const made = element("button", { type: "button", className: `cell ${end}`, tabIndex: -1, title: label, "aria-label": label, "data-schedule": schedule, "data-outcome": outcome ?? "", "data-row": moment, "data-column": act }, ENDS[end].sign);
      this.grid[moment][act] = made;
      this.cells.set(schedule, made);
    }
    this.table.replaceChildren(head(acts), element("tbody", {}, ...moments.map((moment, row) => this.row(moment, row, acts))));
    const first = this.table.querySelector("button");
    if (first) first.tabIndex = 0;
    at("matrix-box").hidden = !first;
  }

  row(moment, row, acts) {
    const cells = acts.map(({ family }, column) => element("td", { className: column > 0 && acts[column - 1].family !== family ? "first" : "" }, ...(this.grid[row][column] ? [this.grid[row][column]] : [])));
    return element("tr", {}, element("th", { scope: "row" }, printable(moment)), ...cells);
  }

  key(event) {
    const button = event.target.closest("button");
    const step = STEPS[event.key];
    if (!button || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const to = this.next(Number(button.dataset.row), Number(button.dataset.column), step);
    if (to) this.focus(to);
  }

  // The next run in a direction. Where none is straight ahead, the nearest one of the next row will do.
  next(row, column, [down, right]) {
    if (down !== 0) {
      for (let to = row + down; this.grid[to]; to += down) {
        const near = this.grid[to].filter(Boolean).sort((one, other) => distance(one, column) - distance(other, column))[0];
        if (near) return near;
      }
      return undefined;
    }
    const along = this.grid[row];
    if (Math.abs(right) === Infinity) return right > 0 ? along.findLast(Boolean) : along.find(Boolean);
    for (let to = column + right; to >= 0 && to < along.length; to += right) if (along[to]) return along[to];
    return undefined;
  }

  focus(button) {
    for (const other of this.table.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  // Marks the run that is shown, and those that ended alike.
  mark(schedule, outcome) {
    for (const [of, button] of this.cells) {
      button.classList.toggle("alike", outcome !== null && !button.classList.contains("undisturbed") && button.dataset.outcome === String(outcome));
      if (of === schedule) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  // Marks the runs that bring a finding, and gives the first of them.
  link(schedules) {
    const linked = new Set(schedules);
    for (const [of, button] of this.cells) button.classList.toggle("linked", linked.has(of));
    return this.cells.get(schedules.find((schedule) => this.cells.has(schedule)));
  }
}

function distance(button, column) {
  return Math.abs(Number(button.dataset.column) - column);
}

// Families over their acts.
function head(acts) {
  const families = [];
  for (const { family } of acts) {
    if (families.at(-1)?.family === family) families.at(-1).count += 1;
    else families.push({ family, count: 1 });
  }
  // A family of one act has that act's name.
  const names = families.map(({ family, count }) => element("th", { scope: "colgroup", colSpan: count, className: "family" }, element("span", { title: family, className: count === 1 ? "hidden" : "" }, family)));
  const each = acts.map(({ act, family }, column) => element("th", { scope: "col", className: `act${column > 0 && acts[column - 1].family !== family ? " first" : ""}` }, element("span", {}, printable(act))));
  return element("thead", {}, element("tr", {}, element("td"), ...names), element("tr", {}, element("td"), ...each));
}
