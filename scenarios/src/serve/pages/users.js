// The accounts with their sessions and sockets, and the user who is acted on.
import { at, element, lasting, plural, tell } from "./element.js";

const MOST_SHOWN = 200;
const MOST_TOKENS = 3;

export class Users {
  // `onTarget` is told when another user is to be acted on.
  constructor(onTarget) {
    this.onTarget = onTarget;
    this.items = new Map();
    this.state = { users: [], subscriptions: [], sockets: [] };
    at("users").addEventListener("click", (event) => {
      const button = event.target.closest("[data-user]");
      if (button) this.choose(button.dataset.user);
    });
    at("target").addEventListener("change", () => this.mark());
  }

  get target() {
    return at("target").value;
  }

  choose(name) {
    at("target").value = name;
    this.mark();
  }

  mark() {
    for (const [name, { button }] of this.items) button.setAttribute("aria-pressed", name === this.target);
    this.onTarget();
  }

  show(state, now) {
    this.state = state;
    const of = (list) => Map.groupBy ? Map.groupBy(list, ({ user }) => user) : grouped(list);
    const [subscriptions, sockets, tokens] = [of(state.subscriptions), of(state.sockets), of(state.tokens ?? [])];
    const accounts = new Map(state.users.map((user) => [user.name, user]));
    // Who is signed in comes first; there may be thousands of others.
    const ranked = state.users.map(({ name }) => name).sort((one, other) => subscriptions.has(other) - subscriptions.has(one));
    const names = ranked.slice(0, MOST_SHOWN);
    for (const [name, item] of this.items) if (!names.includes(name)) item.node.remove(), this.items.delete(name);
    names.forEach((name, index) => {
      const item = this.items.get(name) ?? this.make(name);
      this.fill(item, { account: accounts.get(name), subscriptions: subscriptions.get(name) ?? [], sockets: sockets.get(name) ?? [], tokens: tokens.get(name) ?? [] }, now);
      if (at("users").children[index] !== item.node) at("users").insertBefore(item.node, at("users").children[index] ?? null);
    });
    tell(at("users-count"), `${plural(state.users.length, "account")}, ${plural(state.subscriptions.length, "session")}, ${plural(state.sockets.length, "socket")}`);
    at("users-none").hidden = state.users.length > 0;
    at("users-more").hidden = ranked.length <= MOST_SHOWN;
    tell(at("users-more"), `… and ${(ranked.length - MOST_SHOWN).toLocaleString("en")} more`);
    this.targets(state.users.map(({ name }) => name));
  }

  make(name) {
    const count = element("span", { className: "badge" });
    const button = element("button", { className: "account", type: "button", "data-user": name, "aria-pressed": "false" }, element("span", { className: "name" }, name), count);
    const list = element("ul", { className: "parts" });
    const item = { node: element("li", {}, button, list), button, count, list, told: "" };
    this.items.set(name, item);
    return item;
  }

  fill(item, { account, subscriptions, sockets, tokens }, now) {
    const isOpen = sockets.some(({ state }) => state === "open");
    item.button.dataset.state = subscriptions.length === 0 ? "out" : isOpen ? "open" : "cut";
    tell(item.count, subscriptions.length === 0 ? "signed out" : isOpen ? "connected" : "no socket");
    const parts = [
      ...special(account),
      // Of many logins the newest matter.
      ...tokens.slice(-MOST_TOKENS).map(({ access, accessExpiresAt }) => `${access.at(-1) ?? "tokens"} · ${accessExpiresAt > now ? `expires in ${lasting(accessExpiresAt - now)}` : "expired"}`),
      ...subscriptions.map(({ id, services, expiresAt }) => `${id} · ${services.join(", ") || "no services"} · ends in ${lasting(expiresAt - now)}`),
      ...sockets.map(({ id, state, pings, opened }) => `${id} · ${state}${opened === null ? "" : ` for ${lasting(now - opened)}`} · ${plural(pings, "ping")}`),
    ];
    const told = parts.join("\n");
    if (item.told === told) return;
    item.told = told;
    item.list.replaceChildren(...parts.map((part) => element("li", {}, part)));
  }

  targets(names) {
    const select = at("target");
    const told = JSON.stringify(names);
    if (this.told === told) return;
    this.told = told;
    const before = select.value;
    select.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
    if (names.includes(before)) select.value = before;
    this.mark();
  }
}

// What is special about an account.
function special({ services, tokenLifetime, subscriptionLifetime }) {
  const parts = [services && `services ${services.join(", ") || "none"}`, tokenLifetime && `tokens for ${lasting(tokenLifetime)}`, subscriptionLifetime && `sessions for ${lasting(subscriptionLifetime)}`];
  const told = parts.filter(Boolean).join(" · ");
  return told ? [told] : [];
}

function grouped(list) {
  const groups = new Map();
  for (const one of list) groups.set(one.user, [...(groups.get(one.user) ?? []), one]);
  return groups;
}
