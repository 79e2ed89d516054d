// The demo of the quickstart of Kandy.js, step by step as it is told there.
"use strict";

const at = (id) => document.getElementById(id);

const MOST_MESSAGES = 500;

function log(message) {
  const line = document.createElement("div");
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString([], { hour12: false });
  line.append(time, " ", Object.assign(document.createElement("span"), { textContent: message }));
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
  at("auth-state").textContent = `Connected: ${isConnected}`;
  at("auth-state").dataset.state = isPending ? "pending" : String(isConnected);
  at("login").disabled = isConnected || isPending;
  at("logout").disabled = !isConnected || isPending;
}

function start() {
  at("code").textContent = `const { create } = Kandy;\nconst kandy = create(${JSON.stringify(configuration(), undefined, 2)});`;
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
  kandy.on("notification:received", (params) => log(`Notification: ${JSON.stringify(params.payload)}`));

  at("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    kandy.connect({ username: at("username").value, password: at("password").value });
  });
  at("logout").addEventListener("click", () => kandy.disconnect());
}

start();
