// The chart: a lane for each user, those that matter most on top, and one for the platform; time goes to the right.
import { at, clock, lasting, plural, tell } from "./element.js";
import { drawLane, drawMark, drawOpen, onColors, prepareChart, readColors } from "./marks.js";
import { printable } from "./printable.js";
import { Picking } from "./picking.js";

// The lanes of users that are in sight without scrolling.
const SEEN_LANES = 6;
const LANE = 22;
const AXIS = 18;
const MOST_SOCKETS = 5_000;
const PLATFORM = "platform";
// From a click to the mark that is meant, in pixels.
const NEAR = 8;

export class Lanes {
  // `target` gives the user who is acted on, `onRange` is told the times that were picked, and `onEntry` the record.
  constructor(records, { redraw, target, onRange, onEntry }) {
    Object.assign(this, { records, redraw, target, onRange, onEntry });
    this.sockets = new Map();
    this.held = undefined;
    this.view = undefined;
    this.canvas = at("lanes");
    this.box = at("lanes-box");
    this.room = document.createElement("div");
    this.room.className = "lanes-room";
    this.box.append(this.room);
    const again = () => {
      this.colors = readColors();
      redraw();
    };
    onColors(again);
    new ResizeObserver(again).observe(this.canvas.parentElement);
    this.box.addEventListener("scroll", redraw);
    this.picking = new Picking(this.canvas, { redraw, onClick: (x, y) => this.click(x, y), onPick: (left, right) => this.pick(left, right) });
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
    const { end, from, entries } = this.inSight(now, span);
    const users = this.users(entries, from);
    const seen = Math.min(users.length, SEEN_LANES);
    const height = (seen + 1) * LANE + AXIS;
    this.box.style.height = `${height}px`;
    this.room.style.height = `${(users.length - seen) * LANE}px`;
    const width = this.box.clientWidth;
    const label = width < 500 ? 84 : 170;
    const pen = prepareChart(this.canvas, width, height);
    const x = (time) => label + ((time - from) / span) * (width - label - 8);
    this.view = { users, entries, from, end, span, width, label, x, seen, scrolled: this.box.scrollTop };
    this.drawRange(pen, height);
    this.drawTimes(pen, height);
    pen.save();
    pen.beginPath();
    pen.rect(0, 0, width, seen * LANE);
    pen.clip();
    pen.translate(0, -this.view.scrolled);
    this.drawUsers(pen);
    pen.restore();
    pen.translate(0, seen * LANE);
    this.drawPlatform(pen);
    tell(at("lanes-count"), users.length > seen ? `${plural(users.length, "user")}, ${seen} in sight` : "");
  }

  inSight(now, span) {
    const { all, isPaused, waiting } = this.records;
    const until = isPaused ? all.length - waiting : all.length;
    const end = this.held ?? Math.max(now, all[until - 1]?.time ?? 0);
    const from = end - span;
    let first = until;
    while (first > 0 && all[first - 1].time >= from) first -= 1;
    return { end, from, entries: all.slice(first, until).filter(({ isMatch, time }) => isMatch && time <= end) };
  }

  // Whoever is acted on comes first, then who has trouble, then all others; each of these by name, so that lanes stay where
  // they are. Commands alone make no lane: there may be thousands of accounts.
  users(entries, from) {
    const ranks = new Map();
    for (const { user, lane, tone, fault } of entries) {
      if (user && lane !== "faults" && ranks.get(user) !== 1) ranks.set(user, tone === "bad" || fault ? 1 : 2);
    }
    const { records } = this;
    for (const { user, to = Infinity } of this.sockets.values()) {
      if (to >= from && !ranks.has(user) && records.lanes.has("websocket") && records.isAskedFor(printable(user.toLowerCase()))) ranks.set(user, 2);
    }
    const target = this.target();
    if (ranks.has(target)) ranks.set(target, 0);
    return [...ranks.keys()].sort((one, other) => ranks.get(one) - ranks.get(other) || (one < other ? -1 : 1));
  }

  drawUsers(pen) {
    const { users, entries, from, end, label, width, x } = this.view;
    const { line, text, accent } = this.colors;
    const lanes = new Map(users.map((name, lane) => [name, lane * LANE + LANE / 2]));
    for (const [name, middle] of lanes) drawLane(pen, { name: printable(name), middle, label, right: width - 8, text: name === this.target() ? accent : text, line });
    for (const { user, from: opened, to = end } of this.records.lanes.has("websocket") ? this.sockets.values() : []) {
      if (lanes.has(user) && to >= from && opened <= end) drawOpen(pen, this.colors, x(Math.max(opened, from)), x(Math.min(to, end)), lanes.get(user));
    }
    this.drawMarks(pen, entries, ({ user }) => lanes.get(user));
  }

  // What no user did, and what was done to the platform or to somebody there.
  drawPlatform(pen) {
    const { entries, label, width } = this.view;
    const { line, muted } = this.colors;
    drawLane(pen, { name: PLATFORM, middle: LANE / 2, label, right: width - 8, text: muted, line });
    this.drawMarks(pen, entries, ({ user, lane }) => (user === "" || lane === "faults" ? LANE / 2 : undefined));
    this.drawAxis(pen);
  }

  drawAxis(pen) {
    const { width, label, span, end } = this.view;
    pen.fillStyle = this.colors.muted;
    const parts = width < 500 ? 2 : 4;
    for (let part = 0; part <= parts; part += 1) {
      const left = label + ((width - label - 8) * part) / parts;
      pen.textAlign = part === parts ? "right" : part === 0 ? "left" : "center";
      const last = this.held === undefined ? "now" : clock(end);
      pen.fillText(part === parts ? last : `−${lasting(span * (1 - part / parts))}`, left, LANE + AXIS / 2);
    }
    pen.textAlign = "left";
  }

  drawMarks(pen, entries, middleOf) {
    // Where marks fall on each other, one is enough.
    const drawn = new Set();
    for (const entry of entries) {
      const middle = middleOf(entry);
      if (middle === undefined) continue;
      const { lane, time, tone, fault } = entry;
      const left = Math.round(this.view.x(time));
      const mark = `${lane} ${middle} ${left} ${tone === "bad"}`;
      if (drawn.has(mark)) continue;
      drawn.add(mark);
      drawMark(pen, this.colors, lane, left, middle, tone === "bad" || fault !== "");
    }
  }

  drawRange(pen, height) {
    const { range } = this.records;
    const [left, right] = this.picking.range ?? (range ? [this.view.x(range.from), this.view.x(range.to)] : []);
    if (left === undefined) return;
    pen.fillStyle = this.colors.accent;
    pen.globalAlpha = 0.16;
    pen.fillRect(left, 0, Math.max(2, right - left), height - AXIS);
    pen.globalAlpha = 1;
  }

  // Marks of whoever looks are lines through all lanes.
  drawTimes(pen, height) {
    pen.fillStyle = this.colors.accent;
    for (const { kind, time } of this.view.entries) if (kind === "mark") pen.fillRect(Math.round(this.view.x(time)), 0, 1, height - AXIS);
  }

  // While a time is picked, the chart stands still.
  hold(isHeld) {
    this.held = isHeld ? this.view?.end : undefined;
  }

  pick(left, right) {
    const { from, span, width, label } = this.view;
    const time = (x) => from + ((Math.max(x, label) - label) / (width - label - 8)) * span;
    this.onRange({ from: Math.max(0, Math.floor(time(left))), to: Math.ceil(time(right)) });
  }

  // The record whose mark is nearest to where the chart was clicked.
  click(x, y) {
    const { users, entries, seen, scrolled } = this.view;
    const user = y < seen * LANE ? users[Math.floor((y + scrolled) / LANE)] : "";
    const isThere = (entry) => (user === "" ? entry.user === "" || entry.lane === "faults" : entry.user === user);
    const far = (entry) => Math.abs(this.view.x(entry.time) - x);
    const nearest = entries.filter(isThere).reduce((best, entry) => (best && far(best) <= far(entry) ? best : entry), undefined);
    if (nearest && far(nearest) <= NEAR) this.onEntry(nearest);
  }
}
