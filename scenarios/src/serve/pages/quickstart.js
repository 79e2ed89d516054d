// The demo of the quickstart of Kandy.js, step by step as it is told there.
import { at, element, tell } from "./element.js";
import { json } from "./printable.js";

const MOST_MESSAGES = 500;

function log(message) {
  const time = new Date().toLocaleTimeString([], { hour12: false });
  const line = element("div", {}, element("time", {}, time), " ", element("span", {}, message));
  at("messages").append(line);
  while (at("messages").childElementCount > MOST_MESSAGES) at("messages").firstElementChild.remove();
  line.scrollIntoView({ block: "nearest" });
}

function configuration() {
  const isSecure = location.protocol === "https:";
  const port = Number(location.port) || (isSecure ? 443 : 80);
  const server = location.hostname;
  return {
    authentication: {
      subscription: { server, port, protocol: isSecure ? "https" : "http" },
      websocket: { server, port, protocol: isSecure ? "wss" : "ws" },
    },
  };
}

function showState(kandy) {
  const { isConnected, isPending } = kandy.getConnection();
  tell(at("auth-state"), `Connected: ${isConnected}`);
  at("auth-state").dataset.state = isPending ? "pending" : String(isConnected);
  at("login").disabled = isConnected || isPending;
  at("logout").disabled = !isConnected || isPending;
}

function start() {
  tell(at("code"), `const { create } = Kandy;\nconst kandy = create(${json(configuration(), 2)});`);
  const { create, isStandIn } = globalThis.Kandy ?? {};
  at("stand-in").hidden = !isStandIn;
  at("no-sdk").hidden = typeof create === "function";
  at("login").disabled = at("logout").disabled = typeof create !== "function";
  if (typeof create !== "function") return;

  const kandy = create(configuration());
  showState(kandy);
  kandy.on("auth:change", (params) => {
    showState(kandy);
    log("Connection state changed.");
    if (params?.reason) log(`The session has ended: ${params.reason}`);
  });
  kandy.on("auth:error", (params) => {
    showState(kandy);
    log(`Connect error: ${params.error.message} (${params.error.code})`);
  });
  kandy.on("ws:change", () => log("Websocket state changed."));
  kandy.on("notification:received", (params) => log(`Notification: ${json(params.payload)}`));

  at("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    kandy.connect({ username: at("username").value, password: at("password").value });
  });
  at("logout").addEventListener("click", () => kandy.disconnect());
}

start();
