// The records that the page keeps: the newest, within limits of number and of length, and those of them that are shown.
import { printable } from "./printable.js";
import { words } from "./words.js";

export const MOST_RECORDS = 100_000;
const MOST_CHARACTERS = 64_000_000;
// Dropping one by one would move all the others each time.
const DROPPED_AT_ONCE = 5_000;

export class Records {
  constructor() {
    this.lanes = new Set(["rest", "websocket", "faults"]);
    this.terms = [];
    this.empty();
  }

  // Forgets all that came, but not what is asked for.
  empty() {
    this.all = [];
    this.shown = [];
    this.characters = 0;
    this.range = undefined;
    this.isPaused = false;
    this.waiting = 0;
    this.dropped = 0;
    // The commands that made the faults, by the numbers of these.
    this.faults = new Map();
    this.faultsMade = 0;
    this.isWhole = false;
  }

  // Forgets all that came before a reset. Faults are numbered on.
  beginAgain() {
    const { faultsMade } = this;
    this.empty();
    Object.assign(this, { faultsMade, isWhole: true });
  }

  // Takes a record as it came. Only what is shown in a row is kept ready; the rest stays text until it is asked for.
  add(raw) {
    const record = JSON.parse(raw);
    const { lane, title, result = "", tone = "", fault = "", why = "" } = words(record);
    const entry = {
      seq: record.seq, time: record.time, kind: record.name === "mark" ? "mark" : record.kind, user: record.user ?? "", socket: record.socket,
      lane, title, result: String(result), tone, fault, why, faultId: record.fault ?? undefined, raw,
    };
    entry.text = printable(`${entry.user} ${lane} ${title} ${result} ${fault} ${why} ${record.reason ?? ""} ${record.point ?? ""}`.toLowerCase());
    entry.isMatch = this.matches(entry);
    this.learn(entry, record);
    this.all.push(entry);
    this.characters += raw.length;
    if (this.isPaused) this.waiting += 1;
    else if (this.isShown(entry)) this.shown.push(entry);
    return entry;
  }

  // Faults are numbered as they are made, from 1. From a journal whose beginning is lost nobody knows which is which.
  learn(entry, { kind, name, id }) {
    if (this.all.length === 0 && entry.seq > 0 && !this.isWhole || kind === "missed") this.faultsMade = NaN;
    if (kind !== "command" || name !== "fail") return;
    this.faultsMade += 1;
    if (id || this.faultsMade) this.faults.set(id ?? this.faultsMade, entry);
  }

  // Drops what is beyond the limits, and tells how many of the rows that were shown are gone.
  trim() {
    let count = 0;
    let { characters } = this;
    const tooMany = () => this.all.length - count > MOST_RECORDS || characters > MOST_CHARACTERS;
    while (count < this.all.length && (tooMany() || (count > 0 && count % DROPPED_AT_ONCE !== 0))) {
      characters -= this.all[count].raw.length;
      count += 1;
    }
    if (count === 0) return 0;
    this.all.splice(0, count);
    this.characters = characters;
    this.dropped += count;
    const oldest = this.all[0]?.seq ?? Infinity;
    for (const [id, { seq }] of this.faults) if (seq < oldest) this.faults.delete(id);
    const isKept = this.shown.findIndex((entry) => entry.seq >= oldest);
    const gone = isKept === -1 ? this.shown.length : isKept;
    this.shown.splice(0, gone);
    return gone;
  }

  // Puts a newer form of a record in its place, and gives its entry: an answer goes out later, pings are counted in one.
  renew(raw) {
    const record = JSON.parse(raw);
    const entry = this.all[this.from(record.seq)];
    if (entry?.seq !== record.seq || entry.kind === "missed") return undefined;
    const { title, result = "" } = words(record);
    this.characters += raw.length - entry.raw.length;
    Object.assign(entry, { title, result: String(result), raw });
    return entry;
  }

  // Where the records begin that have that number or a later one.
  from(seq) {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  filter(text) {
    this.terms = printable(text.toLowerCase()).split(/\s+/).filter(Boolean);
    this.choose();
  }

  // Shows only what happened between two times, or, without them, whenever.
  between(range) {
    this.range = range;
    this.choose();
  }

  toggle(lane) {
    if (!this.lanes.delete(lane)) this.lanes.add(lane);
    this.choose();
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    if (!isPaused) this.choose();
  }

  choose() {
    // What waits while the timeline is paused has not been seen, so it is not to come in by a filter.
    const until = this.isPaused ? this.all.length - this.waiting : this.all.length;
    if (!this.isPaused) this.waiting = 0;
    for (const entry of this.all) entry.isMatch = this.matches(entry);
    this.shown = this.all.slice(0, until).filter((entry) => this.isShown(entry));
  }

  isShown({ isMatch, time }) {
    return isMatch && (!this.range || (time >= this.range.from && time <= this.range.to));
  }

  // Whether the words and the lanes that are asked for are in a record; the chart shows all of these.
  matches(entry) {
    const isInLane = this.lanes.has(entry.lane) || (entry.fault !== "" && this.lanes.has("faults"));
    return isInLane && this.isAskedFor(entry.text);
  }

  isAskedFor(text) {
    return this.terms.every((term) => text.includes(term));
  }
}
