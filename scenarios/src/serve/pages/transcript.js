// Records as lines of text: when, who, which kind of thing, what, and what came of it. `GET transcript` of the control interface gives
// the same (transcript/journal.rs), which a test holds.
import { printable } from "./printable.js";
import { words } from "./words.js";

const LEAST = 8;
const WIDEST = 40;
// Bytes of what a line says.
const MOST_TEXT = 400;

const KINDS = {
  request: "request", upgrade: "socket", opened: "socket", closed: "socket", pings: "frame", frameIn: "frame", frameOut: "frame",
  expired: "expiry", tokensExpired: "expiry", refused: "refusal",
};
const ANSWERS = { hang: "no answer", reset: "reset", refused: "refused" };

const at = (time) => (time / 1000).toFixed(3);
const padded = (text, width) => text + " ".repeat(Math.max(0, width - [...text].length));

export function transcript(records) {
  const who = records.map(({ user }) => printable(user ?? "platform"));
  const width = Math.min(WIDEST, Math.max(LEAST, ...who.map((name) => [...name].length)));
  const times = Math.max(5, at(records.at(-1)?.time ?? 0).length);
  return records.map((record, index) => {
    const kind = record.name === "mark" ? "mark" : KINDS[record.kind] ?? "control";
    return `${padded(at(record.time), times)}  ${padded(who[index], width)}  ${padded(kind, LEAST)}  ${limited(text(record))}`.trimEnd() + "\n";
  }).join("");
}

// What fits on a line, with what would leave it, or hide in it, escaped.
function limited(text) {
  const encoder = new TextEncoder();
  let [shown, bytes] = ["", 0];
  for (const character of text) {
    if (bytes >= MOST_TEXT) return `${shown}…`;
    const printed = printable(character);
    shown += printed;
    bytes += encoder.encode(printed).length;
  }
  return shown;
}

const TEXTS = {
  request: (record) => parts(`${record.method} ${record.point === "other" ? record.path : record.point}`, ...answer(record)),
  upgrade: (record) => parts(`handshake${record.socket ? ` ${record.socket}` : ""}`, ...answer(record)),
  opened: ({ socket }) => `${socket} open`,
  pings: ({ socket, count, last }) => parts(`${socket} ping`, count > 1 && `${count} times, until ${at(last)}`),
  frameIn: ({ socket, frame }) => `${socket} → ${said(frame)}`,
  frameOut: ({ socket, frame }) => `${socket} ← ${said(frame)}`,
  closed: ({ socket, code, by }) => (code === null ? `${socket} broken off by ${by}` : parts(`${socket} closed by ${by}`, String(code))),
  expired: ({ subscription }) => `${subscription} expired`,
  tokensExpired: ({ tokens }) => `${tokens.join(", ")} expired`,
  refused: ({ what, method, path, status, peer, origin, detail, count, last }) => parts(
    [method, path, what].filter(Boolean).join(" "), status !== null && String(status), peer !== null && `from ${peer}`, origin !== null && `of ${origin}`, detail,
    count > 1 && `${count} times, until ${at(last)}`,
  ),
  command: ({ name, arguments: given, id }) => (name === "mark" ? told(given) : parts([name, told(given)].filter(Boolean).join(" "), id !== undefined && `fault ${id}`)),
};

const text = (record) => (TEXTS[record.kind] ?? (() => words(record).title))(record);
const parts = (...all) => all.filter(Boolean).join("  ");
const said = ({ binary, bytes, beginning }) => (binary ? `${bytes} bytes, binary` : beginning);
const told = (given = {}) => Object.entries(given).filter(([name]) => name !== "user").map(([, value]) => (typeof value === "string" ? value : JSON.stringify(value))).join(" ");

// What came of a request, why, and when.
function answer({ answered, reason, fault, faultNumber, faultHow, heldUntil, sent, clientLeft }) {
  return [
    ANSWERS[answered] ?? String(answered),
    reason,
    faultHow !== undefined && `by fault ${fault}, number ${faultNumber}: ${JSON.stringify(faultHow)}`,
    heldUntil !== undefined && parts(`held until ${at(heldUntil)}`, sent !== undefined && `sent ${at(sent)}`),
    clientLeft !== undefined && `client left ${at(clientLeft)}`,
  ];
}
