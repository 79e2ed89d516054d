// Making the platform misbehave: the faults that there are, and a form for one more.
import { at, element, tell } from "./element.js";
import { json } from "./printable.js";

const POINTS = [
  "mk_token", "refresh_token", "subscribe", "resubscribe", "unsubscribe", "revoke_token", "websocket", "callStart", "callUpdate", "callEnd", "cpaasToken", "channel",
  "channelEnd", "serviceCall", "serviceChat", "serviceSms", "servicePresence", "serviceEnd", "turn", "presenceLists", "preflight", "other",
];

// The common ways to fail. `at` says at which points one makes sense; without it, everywhere.
const REST = POINTS.filter((point) => point !== "websocket");
const WITH_BODY = REST.filter((point) => point !== "preflight");
const HOWS = [
  { name: "500 server error", how: { status: 500 } },
  { name: "503 unavailable", how: { status: 503 } },
  { name: "401 unauthorized", how: { status: 401 } },
  { name: "403 forbidden", how: { status: 403 } },
  { name: "404 not found", how: { status: 404 } },
  { name: "no answer", how: { hang: true } },
  { name: "connection reset", how: { reset: true } },
  { name: "connection refused", how: { refuse: true } },
  { name: "3 s late", how: { delay: "3s" } },
  { name: "no CORS headers", how: { cors: false }, at: REST },
  { name: "HTML instead of JSON", how: { status: 200, body: "<html>It works!</html>", type: "text/html" }, at: WITH_BODY },
  { name: "empty JSON object", how: { status: 200, json: {} }, at: WITH_BODY },
  { name: "try again in 7 s", how: { status: 503, headers: { "Retry-After": "7" } } },
  { name: "body 3 s late", how: { lateBody: "3s" }, at: WITH_BODY },
  { name: "body of 50 bytes a second", how: { drip: 50 }, at: WITH_BODY },
  { name: "body cut off", how: { truncate: 10 }, at: WITH_BODY },
  { name: "subscription of 60 s", how: { params: { expires: 60 } }, at: ["subscribe"] },
  { name: "no services", how: { params: { service: [] } }, at: ["subscribe"] },
  { name: "no channel", how: { without: ["notificationChannel"] }, at: ["subscribe"] },
  { name: "accepted in any case", how: { accept: true }, at: ["websocket"] },
  { name: "closed once open", how: { closeAfterOpen: 1011 }, at: ["websocket"] },
];

export class Faults {
  constructor({ act, target }) {
    this.act = act;
    this.target = target;
    at("fail-point").replaceChildren(...POINTS.map((point) => element("option", { value: point }, point)));
    at("fail-point").value = "subscribe";
    at("fail-point").addEventListener("change", () => this.offer());
    for (const id of ["fail-how", "fail-times", "fail-user", "target"]) at(id).addEventListener("change", () => this.write());
    at("fail").addEventListener("submit", (event) => {
      event.preventDefault();
      this.fail();
    });
    at("clear-all").addEventListener("click", () => act("clear", {}, "all faults cleared"));
    at("faults").addEventListener("click", (event) => {
      const point = event.target.closest("[data-clear]")?.dataset.clear;
      if (point) act("clear", { point }, `faults of ${point} cleared`);
    });
    this.offer();
  }

  offer() {
    const point = at("fail-point").value;
    const hows = HOWS.filter(({ at: points }) => !points || points.includes(point));
    const before = at("fail-how").value;
    at("fail-how").replaceChildren(...hows.map(({ name }) => element("option", { value: name }, name)));
    if (hows.some(({ name }) => name === before)) at("fail-how").value = before;
    this.write();
  }

  // The fields make a fault, which can still be changed before it is added.
  write() {
    const { how } = HOWS.find(({ name }) => name === at("fail-how").value);
    const fault = { ...how };
    if (at("fail-times").value) fault.times = Number(at("fail-times").value);
    if (at("fail-user").value && this.target() && at("fail-point").value !== "preflight") fault.user = this.target();
    at("fail-json").value = json(fault);
  }

  fail() {
    const point = at("fail-point").value;
    this.act("fail", () => ({ point, how: JSON.parse(at("fail-json").value) }), `${point} fails from now on`);
  }

  show({ faults, settings }) {
    at("offline").setAttribute("aria-pressed", settings.offline);
    tell(at("offline"), settings.offline ? "Go online" : "Go offline");
    at("clear-all").disabled = faults.length === 0;
    tell(at("faults-count"), faults.length ? `${faults.length} active` : "none");
    const told = JSON.stringify(faults);
    if (this.told === told) return;
    this.told = told;
    at("faults").replaceChildren(...faults.map(({ id, point, faults: left, acted }) => {
      const text = left.map((fault) => json(fault)).join(", then ");
      const clear = element("button", { type: "button", "data-clear": point, "aria-label": `Clear the faults of ${point}` }, "Clear");
      const what = element("span", {}, element("button", { type: "button", className: "link", "data-fault": id, title: "Shows the command that made it" }, `${id}: ${point}`), " ", element("code", {}, text), acted ? ` · acted ${acted}×` : "");
      return element("li", {}, what, clear);
    }));
  }
}
