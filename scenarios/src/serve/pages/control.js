// The control interface of this server, as docs/control.md has it. The page's cookie opens it.
const PREFIX = "/__admin/";

export class Refused extends Error {
  constructor(status, { message, help } = {}) {
    super(message ?? `the server answered ${status}`);
    this.status = status;
    this.help = help;
  }
}

async function ask(path, options) {
  const answer = await fetch(PREFIX + path, options);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, body.error);
  return body;
}

export function look(path) {
  return ask(path, { headers: { Accept: "application/json" } });
}

export function act(verb, given = {}) {
  return ask(verb, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) });
}

// Exchanges the token for the cookie.
export async function unlock(token) {
  const answer = await fetch("/pages/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Refused(answer.status, (await answer.json().catch(() => ({}))).error);
}

// Follows the journal from its oldest record on, also across breaks. `onState` is told "live", "waiting" or "locked".
export function follow({ onRecord, onMissed, onState }) {
  const AGAIN = 2000;
  let last;
  const open = () => {
    const feed = new EventSource(`${PREFIX}feed?since=${last === undefined ? 0 : last + 1}`);
    feed.onopen = () => onState("live");
    feed.onmessage = (event) => {
      last = Number(event.lastEventId);
      onRecord(event.data);
    };
    feed.addEventListener("missed", (event) => onMissed(JSON.parse(event.data).missed));
    feed.onerror = () => {
      onState("waiting");
      // A browser comes back by itself after a break, but not after a refusal; the reason of one is not told to it.
      if (feed.readyState === EventSource.CLOSED) again();
    };
  };
  const again = async () => {
    try {
      await look("state");
    } catch (error) {
      if ([401, 403, 421].includes(error.status)) return onState("locked", error);
    }
    setTimeout(open, AGAIN);
  };
  open();
}
