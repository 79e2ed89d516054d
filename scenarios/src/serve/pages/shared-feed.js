// A worker that all pages of this server in one browser share. A browser has six connections to a server, and a feed holds
// one for ever: with a feed for each page, the seventh could not even be loaded.
import { Feed } from "./feed.js";

// What a page that comes later is told of what came before: as much as the server's own journal keeps.
const MOST_KEPT = 10_000;
const MOST_CHARACTERS = 16_000_000;
// Records go out together: many messages would cost each page more than the records themselves.
const TOGETHER = 16;

const ports = new Set();
// Texts by the numbers of their records, in the order of their coming.
const kept = new Map();
let characters = 0;
let waiting = [];
let state = ["waiting"];
let flushing;

const feed = new Feed({
  onRecord: (seq, raw) => {
    waiting.push([seq, raw]);
    flushing ??= setTimeout(flush, TOGETHER);
  },
  onChanged: (seq, raw) => {
    flush();
    if (kept.has(seq)) put(seq, raw);
    tell({ changed: raw });
  },
  onMissed: (count) => {
    flush();
    tell({ missed: count });
  },
  onReset: () => {
    forget();
    tell({ reset: true });
  },
  onState: (...now) => {
    flush();
    state = now;
    tell({ state });
  },
});

function flush() {
  clearTimeout(flushing);
  flushing = undefined;
  if (waiting.length === 0) return;
  tell({ records: waiting.map(([, raw]) => raw) });
  for (const [seq, raw] of waiting) put(seq, raw);
  waiting = [];
  for (const [seq, raw] of kept) {
    if (kept.size <= MOST_KEPT && characters <= MOST_CHARACTERS) break;
    characters -= raw.length;
    kept.delete(seq);
  }
}

function put(seq, raw) {
  characters += raw.length - (kept.get(seq)?.length ?? 0);
  kept.set(seq, raw);
}

function forget() {
  clearTimeout(flushing);
  kept.clear();
  [characters, waiting, flushing] = [0, [], undefined];
}

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

addEventListener("connect", ({ ports: [port] }) => {
  flush();
  port.onmessage = () => ports.delete(port);
  ports.add(port);
  // Whoever was refused may have brought the token since; it is that of another start, whose journal is another one.
  if (state[0] === "locked") {
    forget();
    [feed.last, state] = [undefined, ["waiting"]];
    feed.close();
  }
  port.postMessage({ records: [...kept.values()], state });
  if (!feed.source) feed.open();
});
