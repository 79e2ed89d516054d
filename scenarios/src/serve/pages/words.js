// A record of the journal in a few words, in the lane where it belongs.
import { clock } from "./element.js";
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

// Why a request was refused, as words of their own.
function why({ reason }) {
  return reason?.replaceAll("_", " ") ?? "";
}

// What is refused below the platform, and from where.
function refusal(record) {
  const { what, method, path, peer, origin, count } = record;
  const from = [origin ? `of ${origin}` : "", peer ? `from ${peer}` : ""].filter(Boolean).join(" ");
  return { title: [what.replaceAll("_", " "), method, path && tail(path), from].filter(Boolean).join(" "), result: [record.status ?? "", count > 1 ? `×${count}` : ""].filter(Boolean).join(" ") };
}

const isHandshake = ({ what }) => what === "handshake_version" || what === "bad_handshake";

const WORDS = {
  request: (record) => ({
    lane: "rest",
    title: `${record.method} ${record.point === "other" ? tail(record.path) : record.point}`,
    result: answer(record),
    tone: tone(record),
    fault: record.fault ? `by fault ${record.fault}` : "",
    why: why(record),
  }),
  upgrade: (record) => ({
    lane: "websocket",
    title: `handshake${record.socket ? ` ${record.socket}` : ""}`,
    result: answer(record),
    tone: tone(record),
    fault: record.fault ? `by fault ${record.fault}` : "",
    why: why(record),
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
  tokensExpired: ({ tokens }) => ({ lane: "rest", title: `${tokens.join(", ")} expired`, tone: "bad" }),
  refused: (record) => ({ lane: isHandshake(record) ? "websocket" : "rest", tone: "bad", ...refusal(record) }),
  command: (record) => ({ lane: "faults", title: record.name === "mark" ? `mark: ${record.arguments.text}` : [record.name, told(record)].filter(Boolean).join(" ") }),
  missed: ({ count }) => ({ lane: "faults", title: `${count.toLocaleString("en")} records are no longer there`, tone: "bad" }),
};

export function words(record) {
  return (WORDS[record.kind] ?? (() => ({ lane: "faults", title: record.kind })))(record);
}

// The details that a reader looks for first; the whole record follows them.
export function particulars(record) {
  const { title, result, fault, why: reason } = words(record);
  const pairs = [["What", [title, result, reason, fault].filter(Boolean).join(", ")], ["Client", record.user]];
  for (const [name, time] of [["Held until", record.heldUntil], ["Sent", record.sent], ["Client left", record.clientLeft]]) if (time !== undefined) pairs.push([name, clock(time)]);
  if (record.wallTime !== undefined) pairs.push(["Time of day", new Date(record.wallTime).toISOString()]);
  if (record.faultHow !== undefined) pairs.push([`Fault ${record.fault}, number ${record.faultNumber}`, json(record.faultHow)]);
  if (record.kind === "refused") pairs.push(["Why", record.detail]);
  if (record.method) {
    const query = Object.entries(record.query ?? {}).map(([name, value]) => `${name}=${value}`).join("&");
    pairs.push(["Request", `${record.method} ${record.path}${query ? `?${query}` : ""}`]);
    pairs.push(credentials(record));
    pairs.push(["Agent", record.agent]);
  }
  for (const [name, value] of Object.entries(record.arguments ?? {})) pairs.push([`Argument ${name}`, typeof value === "string" ? value : json(value)]);
  if (record.frame) pairs.push(["Frame", `${record.frame.bytes} bytes${record.frame.bytes > record.frame.beginning.length ? ", the beginning:" : ":"} ${record.frame.beginning}`]);
  return pairs.filter(([, value]) => value);
}

// How a request has signed in, without the secret: most do so in one header, and some in another.
export const credentials = ({ authorization }) => (authorization?.startsWith("x-") ? [authorization, "***"] : ["Authorization", authorization && `${authorization} ***`]);
