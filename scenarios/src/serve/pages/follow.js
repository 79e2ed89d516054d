// How a page follows the journal: by the feed that all pages share, or, where there is no such thing, by one of its own.
import { Feed } from "./feed.js";

const SHARED = "/pages/shared-feed.js";
// A worker that has not said anything by then is none.
const PATIENCE = 5_000;

// Tells all records since the last reset, or from the oldest on, in their order: `onRecord` their texts, `onChanged` the text of one
// that came before and says more now, `onMissed` how many are lost, `onReset` that those before are to be forgotten, and `onState` "live", "waiting", or "locked" with the reason.
export function follow(listener) {
  if (typeof SharedWorker === "undefined") return alone(listener);
  const worker = new SharedWorker(SHARED, { type: "module", name: "kandy-harness" });
  let isOver = false;
  const instead = () => {
    if (!isOver) alone(listener);
    isOver = true;
    worker.port.close();
  };
  // As with a certificate that the browser takes for pages and not for workers.
  worker.onerror = instead;
  const patience = setTimeout(instead, PATIENCE);
  worker.port.onmessage = ({ data: { records = [], changed, missed, reset, state } }) => {
    clearTimeout(patience);
    worker.onerror = null;
    if (isOver) return;
    if (missed) listener.onMissed(missed);
    if (reset) listener.onReset();
    for (const raw of records) listener.onRecord(raw);
    if (changed) listener.onChanged(changed);
    if (state) listener.onState(...state);
  };
  addEventListener("pagehide", () => worker.port.postMessage("bye"));
  // A page that comes back from where browsers keep those that were left has missed what came meanwhile.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

// A page that nobody sees lets its feed go, and with it one of the few connections that there are.
function alone({ onRecord, onChanged, onMissed, onReset, onState }) {
  const feed = new Feed({ onRecord: (_, raw) => onRecord(raw), onChanged: (_, raw) => onChanged(raw), onMissed, onReset, onState });
  const look = () => (document.hidden ? feed.close() : feed.open());
  document.addEventListener("visibilitychange", look);
  look();
}
