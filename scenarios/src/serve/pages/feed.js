// The live feed of the control interface, across breaks. Pages of one browser share one: see follow.js.

const ADDRESS = "/__admin/feed";
const STATE = "/__admin/state";
const AGAIN = 2_000;
// Who may not read the feed may not read the state either, and is told why.
const REFUSALS = [401, 403, 421];

export class Feed {
  // `onRecord` gets a record's number and text, `onChanged` the same of one that came before and says more now, `onMissed` how many
  // are lost, `onReset` that nothing of before counts any more, `onState` "live", "waiting" or "locked" with the reason.
  constructor({ onRecord, onChanged, onMissed, onReset, onState }) {
    Object.assign(this, { onRecord, onChanged, onMissed, onReset, onState });
    this.last = undefined;
    this.source = undefined;
    this.timer = undefined;
  }

  // Goes on behind the last record that came, at first with the oldest that there is.
  open() {
    this.close();
    this.source = new EventSource(`${ADDRESS}?since=${this.last === undefined ? 0 : this.last + 1}`);
    this.source.onopen = () => this.onState("live");
    this.source.onmessage = ({ data, lastEventId }) => {
      this.last = Number(lastEventId);
      this.onRecord(this.last, data);
    };
    this.source.addEventListener("changed", ({ data }) => this.onChanged(JSON.parse(data).seq, data));
    this.source.addEventListener("missed", ({ data }) => this.onMissed(JSON.parse(data).missed));
    this.source.addEventListener("reset", () => this.onReset());
    this.source.onerror = () => this.broken();
  }

  close() {
    this.source?.close();
    this.source = undefined;
    clearTimeout(this.timer);
  }

  // A browser comes back by itself after a break, but not after a refusal; the reason of one is not told to it.
  async broken() {
    const { source } = this;
    this.onState("waiting");
    if (source?.readyState !== EventSource.CLOSED) return;
    const refusal = await refused();
    if (source !== this.source) return;
    if (refusal) return this.onState("locked", refusal);
    this.timer = setTimeout(() => this.open(), AGAIN);
  }
}

async function refused() {
  try {
    const answer = await fetch(STATE, { headers: { Accept: "application/json" } });
    if (!REFUSALS.includes(answer.status)) return undefined;
    const { error } = await answer.json().catch(() => ({}));
    return { status: answer.status, message: error?.message ?? `the server answered ${answer.status}`, help: error?.help };
  } catch {
    return undefined;
  }
}
