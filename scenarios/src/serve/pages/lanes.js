// The chart: a lane for each user who was active last, and one for the platform; time goes to the right.
import { at, lasting } from "./element.js";
import { drawLane, drawMark, drawOpen, onColors, prepareChart, readColors } from "./marks.js";
import { printable } from "./printable.js";

const MOST_LANES = 5;
const LANE = 22;
const AXIS = 18;
const MOST_SOCKETS = 5_000;
const PLATFORM = "platform";

export class Lanes {
  constructor(records, redraw) {
    this.records = records;
    this.sockets = new Map();
    this.canvas = at("lanes");
    const again = () => {
      this.colors = readColors();
      redraw();
    };
    onColors(again);
    new ResizeObserver(again).observe(this.canvas.parentElement);
    this.colors = readColors();
  }

  // Sockets are lines, from when they opened until they closed.
  add({ kind, socket, user, time }) {
    if (!socket) return;
    if (kind === "opened") this.sockets.set(socket, { user, from: time, to: undefined });
    if (kind === "closed" && this.sockets.has(socket)) this.sockets.get(socket).to = time;
    if (this.sockets.size > MOST_SOCKETS) this.sockets.delete(this.sockets.keys().next().value);
  }

  draw(now, span) {
    const { from, entries } = this.inSight(now, span);
    const users = this.users(entries, from);
    const lanes = [...users, PLATFORM];
    const narrow = this.canvas.parentElement.clientWidth < 500;
    const label = narrow ? 84 : 170;
    const [width, height] = [this.canvas.parentElement.clientWidth, lanes.length * LANE + AXIS];
    const pen = prepareChart(this.canvas, width, height);
    const x = (time) => label + ((time - from) / span) * (width - label - 8);
    const { line, muted, text } = this.colors;
    lanes.forEach((name, lane) => drawLane(pen, { name: printable(name), middle: lane * LANE + LANE / 2, label, right: width - 8, text: name === PLATFORM ? muted : text, line }));
    this.drawAxis(pen, { height, width, label, span, top: lanes.length * LANE });
    for (const { user, from: opened, to = now } of this.sockets.values()) {
      const lane = users.indexOf(user);
      if (lane === -1 || to < from) continue;
      drawOpen(pen, this.colors, x(Math.max(opened, from)), x(to), lane * LANE + LANE / 2);
    }
    this.drawMarks(pen, entries, users, x);
  }

  inSight(now, span) {
    const { all, isPaused, waiting } = this.records;
    const until = isPaused ? all.length - waiting : all.length;
    const end = Math.max(now, all[until - 1]?.time ?? 0);
    const from = end - span;
    let first = until;
    while (first > 0 && all[first - 1].time >= from) first -= 1;
    return { from, entries: all.slice(first, until) };
  }

  users(entries, from) {
    const users = new Set();
    for (let at = entries.length - 1; at >= 0 && users.size < MOST_LANES; at -= 1) if (entries[at].user && entries[at].lane !== "faults") users.add(entries[at].user);
    for (const { user, to = Infinity } of this.sockets.values()) if (to >= from && users.size < MOST_LANES) users.add(user);
    return [...users].sort();
  }

  drawAxis(pen, { width, label, span, top }) {
    pen.fillStyle = this.colors.muted;
    const parts = width < 500 ? 2 : 4;
    for (let part = 0; part <= parts; part += 1) {
      const at = label + ((width - label - 8) * part) / parts;
      pen.textAlign = part === parts ? "right" : part === 0 ? "left" : "center";
      pen.fillText(part === parts ? "now" : `−${lasting(span * (1 - part / parts))}`, at, top + AXIS / 2);
    }
    pen.textAlign = "left";
  }

  drawMarks(pen, entries, users, x) {
    // Where marks fall on each other, one is enough.
    const drawn = new Set();
    for (const { user, lane, time, tone, fault } of entries) {
      const row = users.indexOf(user);
      const rows = lane === "faults" || row === -1 ? [users.length] : [row];
      if (lane === "faults" && row !== -1) rows.push(row);
      for (const at of rows) {
        const [left, middle] = [Math.round(x(time)), at * LANE + LANE / 2];
        const mark = `${lane} ${at} ${left} ${tone === "bad"}`;
        if (drawn.has(mark)) continue;
        drawn.add(mark);
        drawMark(pen, this.colors, lane, left, middle, tone === "bad" || fault !== "");
      }
    }
  }
}
