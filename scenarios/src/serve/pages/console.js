// The console: it follows the platform through the control interface, and acts on it.
import { act, follow, look, unlock } from "./control.js";
import { at, clock, tell } from "./element.js";
import { Faults } from "./faults.js";
import { Lanes } from "./lanes.js";
import { json } from "./printable.js";
import { Records } from "./records.js";
import { Timeline } from "./timeline.js";
import { Users } from "./users.js";

// While the page is not in sight no frame comes; beyond so many records that wait, it takes them without one.
const MOST_WAITING = 2_000;
// How much of a frame's time goes to taking records, so that the page answers meanwhile.
const BUDGET = 8;
const LOOK_EVERY = 250;

const records = new Records();
const lanes = new Lanes(records, () => drawSoon());
const users = new Users();
const timeline = new Timeline(records, { refresh: (entry) => reread(entry.seq) });
const faults = new Faults({ act: perform, target: () => users.target });

let queue = [];
let taken = 0;
let isDrawing = false;
let platform = { kind: "real", now: 0, at: performance.now() };

// Records come in batches: those of one frame are taken together and drawn once.
function come(raw) {
  queue.push(raw);
  if (queue.length - taken > MOST_WAITING && document.hidden) take(Infinity);
  drawSoon();
  lookSoon();
}

function take(budget) {
  const until = performance.now() + budget;
  while (taken < queue.length) {
    lanes.add(records.add(queue[taken]));
    taken += 1;
    if (taken % 64 === 0 && performance.now() > until) break;
  }
  if (taken === queue.length) [queue, taken] = [[], 0];
  return records.trim();
}

function drawSoon() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    timeline.update(take(BUDGET));
    drawLanes();
    if (queue.length > 0) drawSoon();
  });
}

function now() {
  return platform.kind === "manual" ? platform.now : platform.now + (performance.now() - platform.at);
}

function drawLanes() {
  if (!records.isPaused) lanes.draw(now(), Number(at("span").value));
}

// What is there now, asked at most every so often, and always once after the last record.
let looking = false;
let isStale = false;

async function lookSoon() {
  isStale = true;
  if (looking) return;
  looking = true;
  while (isStale) {
    isStale = false;
    // Who cannot be asked now is asked when the feed is back.
    await look("state").then(show, () => undefined);
    await new Promise((over) => setTimeout(over, LOOK_EVERY));
  }
  looking = false;
}

let state;

function show(seen) {
  state = seen;
  platform = { ...state.clock, at: performance.now() };
  tell(at("clock-kind"), `${platform.kind} clock`);
  at("clock-advance").hidden = platform.kind !== "manual";
  faults.show(state);
  tick();
  const last = records.all.at(-1);
  if (last?.kind === "pings") reread(last.seq).then((raw) => raw && (records.renew(raw), timeline.draw()));
}

function tick() {
  if (!state) return;
  tell(at("clock-now"), platform.kind === "manual" ? clock(now()) : clock(now()).replace(/\.\d+$/, ""));
  users.show(state, now());
  drawLanes();
}

async function reread(seq) {
  const { records: [record] } = await look(`journal?since=${seq}&limit=1`).catch(() => ({ records: [] }));
  return record?.seq === seq ? JSON.stringify(record) : undefined;
}

// Does something, and says how it went.
async function perform(verb, given, done) {
  try {
    const answer = await act(verb, typeof given === "function" ? given() : given);
    say(answer.count === undefined ? done : `${done}: ${answer.count}`);
    lookSoon();
  } catch (error) {
    say([error.message, error.help].filter(Boolean).join("; "), true);
  }
}

function say(text, isError = false) {
  at("said").classList.toggle("error", isError);
  tell(at("said"), text);
}

const FEED = { live: "Live", waiting: "Connection lost", locked: "Locked" };

function feedIs(feed, error) {
  const isBack = feed === "live" && at("feed-state").dataset.state === "locked";
  at("feed-state").dataset.state = feed;
  tell(at("feed-state"), FEED[feed]);
  at("locked").hidden = feed !== "locked";
  if (error && error.status !== 401) tell(at("locked-why"), [error.message, error.help].filter(Boolean).join("; "));
  if (feed === "live") lookSoon();
  if (isBack) location.reload();
}

function onUser(verb, given, done) {
  if (users.target) return perform(verb, given, done);
  say("there is no user to act on", true);
}

const DONE = { cut: "sockets cut", silence: "sockets muted", gone: "subscriptions gone", expireToken: "tokens expired", endSubscription: "subscriptions ended" };

for (const button of document.querySelectorAll("[data-verb]")) {
  const { verb } = button.dataset;
  button.addEventListener("click", () => onUser(verb, { user: users.target }, `${users.target}: ${DONE[verb]}`));
}

function onSubmit(id, submitted) {
  at(id).addEventListener("submit", (event) => {
    event.preventDefault();
    submitted();
  });
}

onSubmit("close", () => {
  const [code, reason] = [Number(at("close-code").value), at("close-reason").value];
  onUser("close", { user: users.target, code, ...(reason && { reason }) }, `${users.target}: sockets closed with ${code}`);
});
at("push-message").value = json({ notificationMessage: { eventType: "IM", imParams: { primaryContact: "bob@example.com", msgText: "Hello" } } }, 1);
onSubmit("push", () => onUser("send", () => ({ user: users.target, message: JSON.parse(at("push-message").value) }), `${users.target}: sent on sockets`));
onSubmit("unlock", () => unlock(at("token").value).then(() => location.reload(), (error) => tell(at("unlock-error"), error.message)));
at("offline").addEventListener("click", () => {
  const verb = state?.settings.offline ? "online" : "offline";
  perform(verb, {}, `the platform is ${verb}`);
});

const advance = (by) => perform("advance", { by }, `the clock went on by ${by}`);
for (const button of document.querySelectorAll("[data-by]")) button.addEventListener("click", () => advance(button.dataset.by));
at("advance-other").addEventListener("click", () => advance(at("advance-by").value));

at("filter").addEventListener("input", () => {
  records.filter(at("filter").value);
  timeline.update();
});
for (const button of document.querySelectorAll("[data-lane]")) {
  button.addEventListener("click", () => {
    records.toggle(button.dataset.lane);
    button.setAttribute("aria-pressed", records.lanes.has(button.dataset.lane));
    timeline.update();
  });
}
at("pause").addEventListener("click", () => {
  records.pause(!records.isPaused);
  at("pause").setAttribute("aria-pressed", records.isPaused);
  tell(at("pause"), records.isPaused ? "Go on" : "Pause");
  timeline.update();
});
at("latest").addEventListener("click", () => timeline.latest());
at("span").addEventListener("change", drawLanes);
at("help").addEventListener("click", () => at("shortcuts").showModal());

const SHORTCUTS = {
  "/": () => at("filter").focus(),
  p: () => at("pause").click(),
  l: () => timeline.latest(),
  t: () => at("rows").focus(),
  u: () => at("target").focus(),
  x: () => document.querySelector("[data-verb=cut]").click(),
  f: () => at("fail-point").focus(),
  "?": () => at("help").click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !at("shortcuts").open) timeline.close();
  const isTyping = event.target.closest("input, textarea, select, dialog") !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !at("shortcuts-on").checked) return;
  if (!Object.hasOwn(SHORTCUTS, event.key)) return;
  event.preventDefault();
  SHORTCUTS[event.key]();
});

tell(at("own-url"), location.origin);
setInterval(tick, 1000);
follow({
  onRecord: come,
  onMissed: (count) => come(JSON.stringify({ kind: "missed", count, seq: (records.all.at(-1)?.seq ?? -1) + 1, time: records.all.at(-1)?.time ?? 0 })),
  onState: feedIs,
});
