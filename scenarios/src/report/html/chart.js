// The records over virtual time, as the console of `serve` shows them: where they crowd, and where nothing happens for long.
import { at } from "./element.js";
import { drawLane, drawMark, drawOpen, onColors, prepareChart, readColors } from "./marks.js";
import { printable } from "./printable.js";
import { inUnits, ticks } from "./times.js";

const LANE = 18;
const AXIS = 18;
const RIGHT = 10;
// A run that is over sooner has nothing to show here that the diagram does not.
const SHORTEST = 1;

export class Chart {
  // `onTime(seconds)` hears of a click.
  constructor({ onTime }) {
    this.canvas = at("chart-canvas");
    this.shown = undefined;
    onColors(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(at("chart"));
    this.canvas.addEventListener("click", ({ offsetX }) => {
      const { label, width, end } = this.bounds();
      onTime(Math.min(1, Math.max(0, (offsetX - label) / (width - label - RIGHT))) * end);
    });
  }

  show({ lanes, rows, end }) {
    at("chart").hidden = end < SHORTEST;
    this.shown = { lanes, rows: rows.filter(({ kind }) => kind === "record"), end };
    this.draw();
  }

  bounds() {
    const width = at("chart").clientWidth - 20;
    return { width, label: width < 480 ? 80 : 120, end: this.shown.end };
  }

  draw() {
    if (!this.shown || at("chart").hidden || at("chart").clientWidth === 0) return;
    const { lanes, rows } = this.shown;
    const { width, label, end } = this.bounds();
    const colors = readColors();
    const pen = prepareChart(this.canvas, width, lanes.length * LANE + AXIS);
    const x = (time) => label + (time / end) * (width - label - RIGHT);
    const middle = (lane) => lane * LANE + LANE / 2;
    lanes.forEach(({ kind, name }, lane) => {
      drawLane(pen, { name: printable(name), middle: middle(lane), label, right: width - RIGHT, text: kind === "client" ? colors.text : colors.muted, line: colors.line });
    });
    this.drawOpen(pen, colors, x, middle(lanes.findIndex(({ kind }) => kind === "websocket")));
    this.drawRecords(pen, colors, x, middle);
    drawAxis(pen, colors, { label, width, end, top: lanes.length * LANE + AXIS / 2 });
    this.canvas.title = `${inUnits(end)} of virtual time; a click shows what happened then`;
  }

  drawOpen(pen, colors, x, middle) {
    let since;
    for (const { record, after } of this.shown.rows) {
      if (after.websocket && since === undefined) since = record.at;
      if (after.websocket || since === undefined) continue;
      drawOpen(pen, colors, x(since), x(record.at), middle);
      since = undefined;
    }
    if (since !== undefined) drawOpen(pen, colors, x(since), x(this.shown.end), middle);
  }

  drawRecords(pen, colors, x, middle) {
    // Where marks fall on each other, one is enough.
    const drawn = new Set();
    for (const { record, from, to } of this.shown.rows) {
      const isWire = record.lane === "rest" || record.lane === "websocket";
      const lane = isWire && record.who !== "platform" && to !== undefined ? to : from;
      const [left, isBad] = [Math.round(x(record.at)), record.tone === "bad"];
      const key = `${lane} ${left} ${isBad}`;
      if (drawn.has(key)) continue;
      drawn.add(key);
      drawMark(pen, colors, record.lane === "client" ? "accent" : record.lane, left, middle(lane), isBad);
    }
  }
}

function drawAxis(pen, colors, { label, width, end, top }) {
  pen.fillStyle = colors.muted;
  const room = width - label - RIGHT;
  for (const time of ticks(end, width < 480 ? 2 : 6)) {
    const x = label + (time / end) * room;
    const isLast = x > width - 40;
    pen.textAlign = time === 0 ? "left" : isLast ? "right" : "center";
    pen.fillText(time === 0 ? "0" : inUnits(time), isLast ? width - RIGHT : x, top);
  }
  pen.textAlign = "left";
}
