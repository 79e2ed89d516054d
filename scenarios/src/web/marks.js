// Charts of what happened: lanes from top to bottom, time to the right, and a mark in the form and color of its lane.

const COLORS = ["rest", "websocket", "faults", "good", "bad", "muted", "line", "text", "accent", "panel"];
const CHART_FONT = "12px system-ui, sans-serif";

// The colors of the page as it is shown now, which a canvas does not take from the style sheet by itself.
export function readColors() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(COLORS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// Calls `again` when the colors have changed.
export function onColors(again) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

// The pen of a canvas that is empty, and has so many pixels of the page.
export function prepareChart(canvas, width, height) {
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = CHART_FONT;
  pen.textBaseline = "middle";
  return pen;
}

// A lane's name, as much of it as there is room for, and its line.
export function drawLane(pen, { name, middle, label, right, text, line }) {
  pen.fillStyle = text;
  let shown = name;
  while (shown.length > 1 && pen.measureText(shown).width > label - 12) shown = `${shown.slice(0, -2)}…`;
  pen.fillText(shown, 0, middle);
  pen.strokeStyle = line;
  pen.beginPath();
  pen.moveTo(label, middle);
  pen.lineTo(right, middle);
  pen.stroke();
}

// The time for which a socket is open.
export function drawOpen(pen, colors, left, right, middle) {
  pen.fillStyle = colors.websocket;
  pen.globalAlpha = 0.28;
  pen.fillRect(left, middle - 3, Math.max(2, right - left), 6);
  pen.globalAlpha = 1;
}

export function drawMark(pen, colors, lane, x, y, isBad) {
  pen.fillStyle = colors[lane] ?? colors.muted;
  pen.beginPath();
  if (lane === "rest") pen.rect(x - 3, y - 6, 6, 12);
  else if (lane === "faults") pen.moveTo(x, y - 6), pen.lineTo(x + 6, y), pen.lineTo(x, y + 6), pen.lineTo(x - 6, y), pen.closePath();
  else pen.arc(x, y, 3.5, 0, 2 * Math.PI);
  pen.fill();
  if (!isBad || lane === "faults") return;
  pen.strokeStyle = colors.bad;
  pen.lineWidth = 2;
  pen.stroke();
  pen.lineWidth = 1;
}
