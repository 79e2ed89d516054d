// The console: it follows the platform through the control interface, and acts on it.
import { act, look, unlock } from "./control.js";
import { at, clock, tell } from "./element.js";
import { Faults } from "./faults.js";
import { follow } from "./follow.js";
import { Keep } from "./keep.js";
import { Lanes } from "./lanes.js";
import { Present } from "./present.js";
import { json } from "./printable.js";
import { Records } from "./records.js";
import { isAlone, readSaved, savedInPage } from "./saved.js";
import { Timeline } from "./timeline.js";
import { Users } from "./users.js";

// While the page is not in sight no frame comes; beyond so many records that wait, it takes them without one.
const MOST_WAITING = 2_000;
// How much of a frame's time goes to taking records, so that the page answers meanwhile.
const BUDGET = 8;

const present = new Present(show);
const records = new Records();
const users = new Users(() => drawSoon());
const timeline = new Timeline(records);
const lanes = new Lanes(records, { redraw: () => drawSoon(), target: () => users.target, onRange: showRange, onEntry: (entry) => timeline.find(entry) });
const faults = new Faults({ act: perform, target: () => users.target });

const keep = new Keep({ material, say });

let queue = [];
let taken = 0;
let isDrawing = false;
let isSaved = false;

// Records come in batches: those of one frame are taken together and drawn once. One that `changed` came before, and says more now.
function come(raw, changed = false) {
  if (isSaved) return;
  queue.push({ raw, changed });
  if (queue.length - taken > MOST_WAITING && document.hidden) take(Infinity);
  drawSoon();
  present.soon();
}

// The platform was reset: what was before is gone there, and is forgotten here.
function beginAgain() {
  if (isSaved) return;
  [queue, taken] = [[], 0];
  showRange();
  records.beginAgain();
  lanes.sockets.clear();
  timeline.close();
  timeline.update();
  present.soon();
}

function take(budget) {
  const until = performance.now() + budget;
  while (taken < queue.length) {
    const { raw, changed } = queue[taken];
    if (changed) timeline.renewed(records.renew(raw));
    else lanes.add(records.add(raw));
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

function drawLanes() {
  if (records.isPaused) return;
  const whole = Math.max(1, present.now - (records.all[0]?.time ?? 0)) * 1.02;
  lanes.draw(present.now, at("span").value === "all" ? whole : Number(at("span").value));
}

function show(state) {
  tell(at("clock-kind"), `${state.clock.kind} clock`);
  at("clock-advance").hidden = !present.isManual;
  faults.show(state);
  showScript(state.script);
  showTime();
}

// Nothing else on the page tells of a script that is broken: the platform is as healthy as without one.
function showScript(script) {
  at("script").hidden = script?.state !== "failed";
  tell(at("script-why"), script?.error ? `${script.path}: ${script.error}` : "");
}

function showTime() {
  if (!present.state) return;
  const { now, next, isManual } = present;
  tell(at("clock-now"), isManual ? clock(now) : clock(now).replace(/\.\d+$/, ""));
  at("advance-next").hidden = next === undefined || next <= now;
  tell(at("advance-next"), next === undefined ? "" : `to ${clock(next)}`);
  users.show(present.state, now);
  drawLanes();
}

// Everything there is to be kept.
async function material() {
  const read = ({ raw }) => JSON.parse(raw);
  return {
    records: records.all.map(read), shown: records.shown.map(read), user: users.target, state: present.state, version: present.state?.version ?? "", isManual: present.isManual, isAlone: isAlone(),
    har: { origin: location.origin, epoch: Date.now() - present.now, version: present.state?.version ?? "" },
  };
}

// Does something, and says how it went.
async function perform(verb, given, done) {
  try {
    const answer = await act(verb, typeof given === "function" ? given() : given);
    say(answer.count === undefined ? done : `${done}: ${answer.count}`);
    present.soon();
  } catch (error) {
    say([error.message, error.help].filter(Boolean).join("; "), true);
  }
}

function say(text, isError = false) {
  at("said").classList.toggle("error", isError);
  tell(at("said"), text);
}

// Shows what was saved, in place of what happens, and changes nothing any more.
function openSaved(saved, name) {
  const { records: all, state } = readSaved(saved);
  document.body.classList.add("saved");
  at("feed-state").dataset.state = "saved";
  tell(at("feed-state"), name);
  at("locked").hidden = true;
  isSaved = true;
  showRange();
  records.empty();
  lanes.sockets.clear();
  [queue, taken] = [all.map((record) => ({ raw: JSON.stringify(record), changed: false })), 0];
  at("span").value = "all";
  present.rest(state);
  drawSoon();
}

async function openFile(file) {
  try {
    openSaved(JSON.parse(await file.text()), file.name);
    at("keep-dialog").close();
  } catch (error) {
    say(`${file.name}: ${error.message}`, true);
  }
}

at("open").addEventListener("change", () => at("open").files.length > 0 && openFile(at("open").files[0]));

const FEED = { live: "Live", waiting: "Connection lost", locked: "Locked" };

function feedIs(feed, error) {
  if (isSaved) return;
  const isBack = feed === "live" && at("feed-state").dataset.state === "locked";
  at("feed-state").dataset.state = feed;
  tell(at("feed-state"), FEED[feed]);
  at("locked").hidden = feed !== "locked";
  if (error && error.status !== 401) tell(at("locked-why"), [error.message, error.help].filter(Boolean).join("; "));
  if (feed === "live") present.soon();
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
onSubmit("mark", () => {
  perform("mark", { text: at("mark-text").value }, "marked");
  at("mark-text").value = "";
});
onSubmit("unlock", () => unlock(at("token").value).then(() => location.reload(), (error) => tell(at("unlock-error"), error.message)));
at("offline").addEventListener("click", () => {
  const verb = present.state?.settings.offline ? "online" : "offline";
  perform(verb, {}, `the platform is ${verb}`);
});

const advance = (by) => perform("advance", { by }, `the clock went on by ${by}`);
for (const button of document.querySelectorAll("[data-by]")) button.addEventListener("click", () => advance(button.dataset.by));
at("advance-other").addEventListener("click", () => advance(at("advance-by").value));

at("advance-next").addEventListener("click", () => advance(present.next - present.now));

at("filter").addEventListener("input", () => {
  records.filter(at("filter").value);
  timeline.update();
  drawLanes();
});
for (const button of document.querySelectorAll("[data-lane]")) {
  button.addEventListener("click", () => {
    records.toggle(button.dataset.lane);
    button.setAttribute("aria-pressed", records.lanes.has(button.dataset.lane));
    timeline.update();
    drawLanes();
  });
}
at("pause").addEventListener("click", () => {
  records.pause(!records.isPaused);
  at("pause").setAttribute("aria-pressed", records.isPaused);
  tell(at("pause"), records.isPaused ? "Go on" : "Pause");
  timeline.update();
});
// What is shown, in the chart and in the table, is what happened between two times, or whenever.
function showRange(range) {
  lanes.hold(range !== undefined);
  records.between(range);
  at("range").hidden = range === undefined;
  if (range) tell(at("range"), `${clock(range.from)} to ${clock(range.to)} ×`);
  timeline.update();
  drawSoon();
}

function showFromChosen(isEnd) {
  const time = timeline.chosen?.time;
  if (time === undefined) return say("choose a record first: its time is where it begins, or ends", true);
  const { from = 0, to = Infinity } = records.range ?? {};
  const last = Math.max(present.now, records.all.at(-1).time);
  showRange(isEnd ? { from: Math.min(from, time), to: time } : { from: time, to: Math.min(last, Math.max(to, time)) });
}

at("range").addEventListener("click", () => showRange());
at("latest").addEventListener("click", () => timeline.latest());
at("span").addEventListener("change", drawLanes);
at("help").addEventListener("click", () => at("shortcuts").showModal());

const SHORTCUTS = {
  "/": () => at("filter").focus(),
  p: () => at("pause").click(),
  l: () => timeline.latest(),
  t: () => at("rows").focus(),
  "[": () => showFromChosen(false),
  "]": () => showFromChosen(true),
  m: () => at("mark-text").focus(),
  u: () => at("target").focus(),
  k: () => keep.open(),
  x: () => document.querySelector("[data-verb=cut]").click(),
  f: () => at("fail-point").focus(),
  "?": () => at("help").click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]") && !timeline.close() && records.range) showRange();
  const isTyping = event.target.closest("input, textarea, select, dialog") !== null;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !at("shortcuts-on").checked) return;
  if (!Object.hasOwn(SHORTCUTS, event.key)) return;
  event.preventDefault();
  SHORTCUTS[event.key]();
});

tell(at("own-url"), location.origin);
setInterval(() => (showTime(), present.tick()), 1000);
if (isAlone()) {
  const saved = savedInPage();
  document.body.classList.add("saved");
  if (saved) openSaved(saved, "Saved journal");
  else keep.open();
} else {
  follow({
    onRecord: (raw) => come(raw),
    onChanged: (raw) => come(raw, true),
    onMissed: (count) => come(JSON.stringify({ kind: "missed", count, seq: (records.all.at(-1)?.seq ?? -1) + 1, time: records.all.at(-1)?.time ?? 0 })),
    onReset: beginAgain,
    onState: feedIs,
  });
}
