// A worker that all pages of this server in one browser share. A browser has six connections to a server, and a feed holds
// one for ever: with a feed for each page, the seventh could not even be loaded.
import { Feed } from "./feed.js";

// What a page that comes later is told of what came before: as much as the server's own journal keeps.
const MOST_KEPT = 10_000;
const MOST_CHARACTERS = 16_000_000;
// Records go out together: many messages would cost each page more than the records themselves.
const TOGETHER = 16;

const ports = new Set();
let kept = [];
let characters = 0;
let waiting = [];
let state = ["waiting"];
let flushing;

const feed = new Feed({
  onRecord: (seq, raw) => {
    waiting.push(raw);
    flushing ??= setTimeout(flush, TOGETHER);
  },
  onMissed: (count) => {
    flush();
    tell({ missed: count });
  },
  onReset: () => {
    clearTimeout(flushing);
    [kept, characters, waiting, flushing] = [[], 0, [], undefined];
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
  tell({ records: waiting });
  for (const raw of waiting) characters += raw.length;
  kept.push(...waiting);
  waiting = [];
  let gone = Math.max(0, kept.length - MOST_KEPT);
  for (const raw of kept.slice(0, gone)) characters -= raw.length;
  for (; characters > MOST_CHARACTERS; gone += 1) characters -= kept[gone].length;
  kept = kept.slice(gone);
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
    [kept, characters, feed.last, state] = [[], 0, undefined, ["waiting"]];
    feed.close();
  }
  port.postMessage({ records: kept, state });
  if (!feed.source) feed.open();
});
