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
