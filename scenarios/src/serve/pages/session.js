// What an application has done, as the journal lets it be seen: out of the records of one user, when a client connected, left
// or was gone, and what was done to the platform meanwhile.

// What a client does by itself follows within this time, in milliseconds; what comes later has another cause.
const AT_ONCE = 20;
// A client that is connected pings every 30 s. One that has been silent for longer did not have the platform's time: its
// timers were not moved along with a manual clock, or its computer slept.
const SILENCE = 65_000;

// The commands that act on everybody.
const FOR_ALL = ["fail", "clear", "offline", "online", "answerPings", "tokenLifetime", "latency", "anyUser"];
const REQUESTS = ["request", "upgrade"];

// After these a client goes on by itself.
const UNDER_WAY = [...REQUESTS, "closed"];

const isOk = ({ answered }) => answered >= 200 && answered < 300;
const isGone = ({ kind, frame }) => kind === "frameOut" && /"eventType"\s*:\s*"gone"/i.test(frame.beginning);

// Gives `steps` in their order, each with its time, how many requests came before it, and whether the client was done with
// these; the `requests`; and the `clients` with how they stand at the end.
export function session(records, user) {
  const reading = new Reading(records.filter((record) => concerns(record, user, records)), user);
  reading.records.forEach((record, index) => reading.take(record, index));
  if (reading.client?.state === "in" && reading.sockets.size > 0) reading.client.isConnected = true;
  return { user, steps: reading.steps, requests: reading.requests, clients: reading.clients, account: reading.account };
}

// A fault that only ever met others is not of this session.
function concerns(record, user, records) {
  if (record.kind !== "command") return record.user === user;
  if (record.user) return record.user === user;
  if (!FOR_ALL.includes(record.name)) return false;
  if (record.name !== "fail") return true;
  const id = records.filter(({ kind, name, seq }) => kind === "command" && name === "fail" && seq <= record.seq).length;
  const met = records.filter(({ fault }) => fault === (record.id ?? id));
  return met.length === 0 ? isFor(record.arguments.how, user) : met.some((request) => request.user === user);
}

function isFor(how, user) {
  return [how].flat().some((fault) => !fault?.user || fault.user === user);
}

class Reading {
  constructor(records, user) {
    Object.assign(this, { records, user });
    this.steps = [];
    this.requests = [];
    this.clients = [];
    this.sockets = new Set();
    this.account = {};
    this.last = undefined;
    this.skipped = 0;
  }

  get client() {
    return this.clients.at(-1);
  }

  // Whether a client is there that has got a session, or is about to.
  get isBusy() {
    return this.client?.state === "in" || this.client?.state === "signing in";
  }

  take(record, index) {
    this.pass(record, index);
    if (record.kind === "command") this.command(record);
    else if (REQUESTS.includes(record.kind)) this.request(record, index);
    else if (record.kind === "opened") this.sockets.add(record.socket);
    else if (record.kind === "closed") this.closed(record, index);
    else if (isGone(record)) this.become("out");
    else if (record.kind === "expired" && this.skipped > 0) this.step(record, { does: "command", name: "endSubscription", given: { user: this.user } });
    const isLeaving = record.kind === "closed" && record.by === "client";
    if (record.kind !== "command" && !isLeaving) this.last = { kind: record.kind, time: record.last ?? record.time };
  }

  // Time that only the platform had is left out, but not what came of it: the tokens that have expired meanwhile.
  pass(record, index) {
    const silent = this.last === undefined || this.sockets.size === 0 ? 0 : record.time - this.last.time;
    if (silent <= SILENCE) return;
    this.skipped += silent;
    this.last = { kind: "silence", time: record.time };
    const next = this.records.slice(index).find(({ kind, point }) => REQUESTS.includes(kind) && point !== "mk_token");
    if (next?.answered === 401 && next.fault === null) this.step(record, { does: "command", name: "expireToken", given: { user: this.user } });
  }

  step({ time }, what) {
    const isSettled = !UNDER_WAY.includes(this.last?.kind) || time - this.last.time >= AT_ONCE;
    this.steps.push({ time: time - this.skipped, before: this.requests.length, isSettled, client: this.clients.length - 1, ...what });
  }

  become(state) {
    if (this.client) this.client.state = state;
  }

  command(record) {
    const { name, arguments: given } = record;
    const isAccount = ["addUser", "setOptions"].includes(name);
    // Until somebody connects, an account is what it is at last.
    if (isAccount && this.clients.length === 0) Object.assign(this.account, given);
    else if (name !== "addUser" || this.steps.at(-1)?.name === "removeUser") this.step(record, { does: "command", name, given });
  }

  request(record, index) {
    const { point } = record;
    if (point === "other") return;
    if (point === "mk_token") this.connect(record, record.answered === 401 && record.fault === null ? "wrong" : "password", index);
    else if (point === "refresh_token" && !this.isBusy) this.connect(record, "refreshToken", index);
    else if (point === "subscribe" && this.client?.state !== "signing in") this.connect(record, "accessToken", index);
    else if (point === "unsubscribe") this.leave(record);
    this.requests.push(`${point} ${record.answered}`);
    if (point === "subscribe") this.become(isOk(record) ? "in" : "out");
    else if (["mk_token", "refresh_token"].includes(point) && !isOk(record) && this.client?.state === "signing in") this.become(record.answered === "hang" ? "stuck" : "out");
    else if (point === "resubscribe" && record.answered === 404) this.become("out");
  }

  connect(record, how, index) {
    // Whoever signs in while a session goes on is another client; one that waits for ever is given up.
    const isAnother = (this.client?.state === "in" && this.sockets.size > 0) || ["stuck", "signing in"].includes(this.client?.state);
    if (this.client?.state === "stuck") this.step(record, { does: "destroy" });
    if (!this.client || isAnother || this.client.state === "over") this.clients.push({ state: "out" });
    const asked = this.records.slice(index).find(({ point, body }) => point === "subscribe" && body)?.body.subscribeRequest ?? {};
    this.step(record, { does: "connect", how, asked });
    this.become("signing in");
  }

  leave(record) {
    if (this.client?.state !== "in") return;
    this.step(record, { does: "disconnect" });
    this.become("out");
  }

  // A client that closes its socket makes another one, or signs out; one that does neither is gone, as a page that was left.
  closed(record, index) {
    this.sockets.delete(record.socket);
    const next = this.records.slice(index + 1).find(({ kind }) => REQUESTS.includes(kind));
    const goesOn = next !== undefined && ["websocket", "unsubscribe", "resubscribe"].includes(next.point);
    if (goesOn || this.client?.state !== "in") return;
    if (record.by === "client") this.step(record, { does: "destroy", leavesSession: true });
    this.become(record.by === "client" ? "over" : "out");
  }
}
