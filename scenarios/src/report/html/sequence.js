// The records of a run as a sequence diagram: lanes from left to right, and for each record a row with what goes between them.
import { inSeconds } from "./times.js";

// More clients than anyone can tell apart share one lane.
const MOST_CLIENTS = 6;
// From so many seconds on, the time that passes between two records has a row of its own.
const LONG = 1;

// The causes of problems that came while the script ran; others were found before or after.
const ENDS = ["check", "wait", "limit", "interrupt", "world", "script", "argument"];

const LANE_NAMES = { script: "Script", rest: "REST", websocket: "Websocket", faults: "Faults" };

// Gives the lanes, and the rows: each of a record, of a time that passes, of records that are left out, or of a problem with
// which the run ended.
export function sequence({ records, left, problems, virtualTime }) {
  const lanes = lanesOf(records);
  const place = places(lanes);
  const owners = new Map();
  const rows = [];
  const [open, pending] = [new Set(), new Set()];
  const bars = () => ({ websocket: open.size > 0, rest: pending.size > 0 });
  const leaveOut = (bars) => rows.push({ kind: "left", count: left.count, before: bars, after: bars });
  const pass = (to, bars) => {
    const seconds = to - (time ?? 0);
    if (seconds >= LONG) rows.push({ kind: "passes", seconds, before: bars, after: bars });
  };
  let time;
  records.forEach((record, index) => {
    const before = bars();
    if (left && index === left.after) leaveOut(before);
    else pass(record.at, before);
    const isInstant = time === undefined || inSeconds(record.at) !== inSeconds(time);
    time = record.at;
    follow(record, open, pending);
    rows.push({ kind: "record", record, index, isInstant, before, after: bars(), ...course(record, place, owners) });
  });
  if (left && left.after === records.length) leaveOut(bars());
  const last = bars();
  const ends = problems.filter(({ cause }) => ENDS.includes(cause));
  if (ends.length > 0) pass(virtualTime, last);
  rows.push(...ends.map((problem) => ({ kind: "problem", problem, before: last, after: last })));
  return { lanes, rows };
}

// Which sockets are open and which requests under way, after a record.
function follow({ kind, who, tone, socket, number }, open, pending) {
  if (kind === "request") pending.add(number);
  if (kind === "reply") pending.delete(number);
  if (kind === "handshake" && who === "platform" && tone === "good") open.add(socket);
  if (kind === "close") open.delete(socket);
}

// Who takes part: the script, the clients in the order in which they are met, and what all of them talk to.
function lanesOf(records) {
  const clients = [];
  for (const { who, lane } of records) if (isClient(who, lane) && !clients.includes(who)) clients.push(who);
  const shown = clients.length > MOST_CLIENTS ? clients.slice(0, MOST_CLIENTS - 1) : clients;
  const lanes = shown.map((name) => ({ kind: "client", name, clients: [name] }));
  const rest = clients.slice(shown.length);
  if (rest.length > 0) lanes.push({ kind: "client", name: `${rest.length} others`, clients: rest });
  const fixed = (kind) => ({ kind, name: LANE_NAMES[kind], clients: [] });
  return [fixed("script"), ...lanes, fixed("rest"), fixed("websocket"), fixed("faults")];
}

function isClient(who, lane) {
  return who !== "platform" && who !== "script" && lane !== "faults" && lane !== "script";
}

function places(lanes) {
  const at = new Map();
  lanes.forEach(({ kind, clients }, lane) => {
    if (kind !== "client") at.set(kind, lane);
    for (const client of clients) at.set(`client ${client}`, lane);
  });
  return (lane, who) => (lane === "client" ? at.get(`client ${who}`) : at.get(lane));
}

// From which lane to which a record goes; one that stays in its lane has only that. An answer goes to who asked.
function course({ who, lane, kind, number, socket }, place, owners) {
  const own = place(lane, who) ?? 0;
  if (lane === "client") return kind === "call" ? { from: place("script"), to: own } : { from: own };
  if (lane !== "rest" && lane !== "websocket") return { from: own };
  const key = lane === "rest" ? `rest ${number}` : `socket ${socket}`;
  if (who === "platform") {
    const owner = owners.get(key);
    return owner === undefined ? { from: own } : { from: own, to: owner };
  }
  const from = place("client", who);
  if (from === undefined) return { from: own };
  owners.set(key, from);
  return { from, to: own };
}
