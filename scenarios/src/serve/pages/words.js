// A record of the journal in a few words, in the lane where it belongs.
import { json } from "./printable.js";

const ANSWERS = { hang: "no answer", reset: "reset", refused: "refused" };

function answer({ answered }) {
  return ANSWERS[answered] ?? String(answered);
}

function tone({ answered }) {
  if (typeof answered !== "number") return "bad";
  return answered < 400 ? "good" : "bad";
}

// The last part of a path that says anything to a reader.
function tail(path) {
  const parts = path.split("/").filter(Boolean);
  return parts.length > 2 ? `…/${parts.slice(-2).join("/")}` : path;
}

// What a frame says that it is.
function frame({ beginning, binary, bytes }) {
  if (binary) return `${bytes} bytes, binary`;
  const type = /"eventType"\s*:\s*"([^"\\]{1,60})"/.exec(beginning);
  return type ? `notification ${type[1]}` : beginning;
}

// The arguments of a command but for the user, who has a column.
function told({ arguments: given = {} }) {
  return Object.entries(given).filter(([name]) => name !== "user").map(([, value]) => (typeof value === "string" ? value : json(value))).join(" ");
}

const WORDS = {
  request: (record) => ({
    lane: "rest",
    title: `${record.method} ${record.point === "other" ? tail(record.path) : record.point}`,
    result: answer(record),
    tone: tone(record),
    fault: record.fault ? `by fault ${record.fault}` : "",
  }),
  upgrade: (record) => ({
    lane: "websocket",
    title: `handshake${record.socket ? ` ${record.socket}` : ""}`,
    result: answer(record),
    tone: tone(record),
    fault: record.fault ? `by fault ${record.fault}` : "",
  }),
  opened: ({ socket }) => ({ lane: "websocket", title: `${socket} open`, tone: "good" }),
  pings: ({ socket, count }) => ({ lane: "websocket", title: `${socket} ping`, result: count > 1 ? `×${count}` : "", tone: "quiet" }),
  frameIn: (record) => ({ lane: "websocket", title: `${record.socket} → ${frame(record.frame)}` }),
  frameOut: (record) => ({ lane: "websocket", title: `${record.socket} ← ${frame(record.frame)}` }),
  closed: ({ socket, code, by }) => ({
    lane: "websocket",
    title: `${socket} ${code === null ? "broken off" : "closed"} by ${by}`,
    result: code === null ? "" : String(code),
    tone: code === 1000 || code === 1005 ? "quiet" : "bad",
  }),
  expired: ({ subscription }) => ({ lane: "rest", title: `${subscription} expired`, tone: "bad" }),
  command: (record) => ({ lane: "faults", title: [record.name, told(record)].filter(Boolean).join(" ") }),
  mark: ({ text }) => ({ lane: "faults", title: `mark: ${text}` }),
  missed: ({ count }) => ({ lane: "faults", title: `${count.toLocaleString("en")} records are no longer there`, tone: "bad" }),
};

export function words(record) {
  return (WORDS[record.kind] ?? (() => ({ lane: "faults", title: record.kind })))(record);
}

// The details that a reader looks for first; the whole record follows them.
export function particulars(record) {
  const { title, result, fault } = words(record);
  const pairs = [["What", [title, result, fault].filter(Boolean).join(", ")], ["Client", record.user]];
  if (record.method) {
    const query = Object.entries(record.query ?? {}).map(([name, value]) => `${name}=${value}`).join("&");
    pairs.push(["Request", `${record.method} ${record.path}${query ? `?${query}` : ""}`]);
    pairs.push(["Authorization", record.authorization && `${record.authorization} ***`]);
    pairs.push(["Agent", record.agent]);
  }
  for (const [name, value] of Object.entries(record.arguments ?? {})) pairs.push([`Argument ${name}`, typeof value === "string" ? value : json(value)]);
  if (record.frame) pairs.push(["Frame", `${record.frame.bytes} bytes${record.frame.bytes > record.frame.beginning.length ? ", the beginning:" : ":"} ${record.frame.beginning}`]);
  return pairs.filter(([, value]) => value);
}
