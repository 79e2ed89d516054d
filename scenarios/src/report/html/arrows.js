// What a row of the sequence diagram draws: the bars of what is open, then what goes from lane to lane.

const SVG = "http://www.w3.org/2000/svg";

function shape(name, properties) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  return made;
}

// The picture of a row between lanes that are each so wide.
export function picture({ kind, record, from, to, before, after }, { height, width, lanes }) {
  const [middle, x] = [height / 2, (lane) => (lane + 0.5) * width];
  const drawn = shape("svg", { width: width * lanes.length, height, "aria-hidden": "true" });
  for (const name of ["rest", "websocket"]) {
    const [top, bottom] = [before[name] ? 0 : middle, after[name] ? height : middle];
    const lane = lanes.findIndex(({ kind }) => kind === name);
    if (bottom > top) drawn.append(shape("rect", { class: `bar ${name}`, x: x(lane) - 3, y: top, width: 6, height: bottom - top }));
  }
  if (kind === "record") drawn.append(...(to === undefined ? mark(record, x(from), middle) : arrow(record, x(from), x(to), middle)));
  return drawn;
}

// Its head says where it goes.
function arrow({ lane, kind, tone }, from, to, y) {
  const side = to > from ? 1 : -1;
  const end = to - side * 5;
  const css = `${kind === "call" ? "call" : lane}${tone === "bad" ? " bad" : ""}`;
  return [
    shape("path", { class: `arrow ${css}${kind === "pings" ? " quiet" : ""}`, d: `M${from + side * 4} ${y}H${end}` }),
    shape("path", { class: `head ${css}`, d: `M${end - side * 6} ${y - 4.5}L${end + side} ${y}L${end - side * 6} ${y + 4.5}Z` }),
    shape("circle", { class: `origin ${css}`, cx: from, cy: y, r: 2.5 }),
  ];
}

// What stays in its lane.
function mark({ lane, kind, tone }, x, y) {
  const css = `${kind === "event" ? "event" : lane}${tone === "bad" ? " bad" : ""}`;
  if (lane === "faults") return [shape("path", { class: `mark ${css}`, d: `M${x} ${y - 7}l7 7l-7 7l-7 -7Z` })];
  if (kind === "crash" || kind === "warning") return [shape("path", { class: `mark stroke ${css}`, d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` })];
  if (lane === "rest") return [shape("rect", { class: `mark ${css}`, x: x - 3, y: y - 6, width: 6, height: 12 })];
  return [shape("circle", { class: `mark ${css}`, cx: x, cy: y, r: lane === "script" ? 3 : 4 })];
}
