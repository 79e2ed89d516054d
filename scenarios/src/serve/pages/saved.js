// A journal that was saved: read from the page or from a file, and shown without a server.
import { at } from "./element.js";
import { words } from "./words.js";

// Where the page has it, if it is one that shows a journal by itself; `null` if it waits for a file.
export function savedInPage() {
  const place = at("journal");
  return place ? JSON.parse(place.textContent) : undefined;
}

export const isAlone = () => at("journal") !== null;

// Gives the records and the state of what was saved, or throws what is wrong with it.
export function readSaved(saved) {
  const { records } = saved ?? {};
  if (!Array.isArray(records)) throw new Error("it is not a journal: it has no list `records`");
  records.forEach((record, index) => {
    if (!isRecord(record)) throw new Error(`it is not a journal: \`records[${index}]\` is not a record`);
  });
  const last = records.at(-1)?.time ?? 0;
  const { clock, settings, ...lists } = saved.state ?? {};
  const list = (name) => (Array.isArray(lists[name]) ? lists[name] : []);
  return {
    records,
    state: {
      version: String(lists.version ?? ""), settings: settings ?? {}, users: list("users"), tokens: list("tokens"), subscriptions: list("subscriptions"), sockets: list("sockets"), faults: list("faults"),
      clock: { kind: "saved", now: Math.max(Number(clock?.now) || 0, last) },
    },
  };
}

// Whether it can be shown at all.
function isRecord(record) {
  try {
    return Number.isFinite(record.seq) && Number.isFinite(record.time) && typeof record.kind === "string" && words(record) !== undefined;
  } catch {
    return false;
  }
}
