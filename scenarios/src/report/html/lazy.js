// A list of rows of which only those that come near to sight are made. Rows have heights that are known before they are made.
import { element } from "./element.js";

const GROUP = 60;
// How far beyond what is seen rows are made, so that who scrolls meets no gap.
const AHEAD = "800px";

export class LazyRows {
  constructor(list) {
    this.list = list;
    this.groups = [];
    const margins = { rootMargin: AHEAD, scrollMargin: AHEAD };
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.fill(this.groups[Number(target.dataset.group)]);
    }, margins);
    addEventListener("beforeprint", () => this.groups.forEach((group) => this.fill(group)));
  }

  // Shows `count` rows: `make(row)` gives the element of one, `height(row)` how many pixels high it will be.
  show(count, make, height) {
    this.observer.disconnect();
    this.make = make;
    this.groups = [];
    for (let from = 0; from < count; from += GROUP) {
      const to = Math.min(count, from + GROUP);
      let pixels = 0;
      for (let row = from; row < to; row += 1) pixels += height(row);
      const holder = element("div", { role: "presentation", className: "group", "data-group": this.groups.length });
      holder.style.height = `${pixels}px`;
      this.groups.push({ holder, from, to, isFull: false });
    }
    this.list.replaceChildren(...this.groups.map(({ holder }) => holder));
    if (count > 0) this.fill(this.groups[0]);
    for (const { holder } of this.groups) this.observer.observe(holder);
  }

  fill(group) {
    if (!group || group.isFull) return;
    group.isFull = true;
    const rows = [];
    for (let row = group.from; row < group.to; row += 1) rows.push(this.make(row));
    group.holder.replaceChildren(...rows);
    group.holder.style.height = "";
    this.observer.unobserve(group.holder);
  }

  // The element of a row, made now if it was not.
  row(row) {
    const group = this.groups[Math.floor(row / GROUP)];
    this.fill(group);
    return group?.holder.children[row % GROUP];
  }
}
