// A foreign client of the platform, made of Node's `fetch` and the package `ws`. It is told what to do on stdin and
// tells what it sees on stdout, one JSON object a line; it ends with its stdin. client.py takes and tells the same.
import { createInterface } from "node:readline";
import WebSocket from "ws";

let session;
let socket;

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

async function request(method, url, headers, body) {
  try {
    const answer = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", Accept: "application/json", ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { is: "answered", status: answer.status, body: text === "" ? null : JSON.parse(text) };
  } catch {
    return { is: "unanswered" };
  }
}

function onSubscription(method, body) {
  return request(method, `${session.rest}${session.subscription}?token=${session.token}`, {}, body);
}

const does = {
  async signIn({ rest, user, password }) {
    const basic = Buffer.from(`${user}:${password}`).toString("base64");
    const login = await request("GET", `${rest}/v2.0/auth/mk_token?refresh=y`, { Authorization: `basic ${basic}` });
    if (login.status !== 200) return tell(login);
    const token = login.body.success.access_token;
    const subscribed = await request("POST", `${rest}/rest/version/1/user/${user}/subscription?token=${token}`, {}, {
      subscribeRequest: { expires: 3600, service: ["call", "IM"], notificationType: "WebSocket" },
    });
    if (subscribed.status !== 200) return tell(subscribed);
    const { subscription, subscriptionParams } = subscribed.body.subscribeResponse;
    session = { rest, token, subscription };
    tell({ is: "signedIn", channel: `${subscriptionParams.notificationChannel}?token=${token}` });
  },

  async renew() {
    tell(await onSubscription("PUT", { subscribeRequest: { expires: 1800, service: ["call", "IM"] } }));
  },

  async signOut() {
    tell(await onSubscription("DELETE"));
  },

  open({ url }) {
    socket = new WebSocket(url, { perMessageDeflate: true });
    let over = (how) => tell({ is: "failed", ...how });
    socket.on("open", () => {
      over = (how) => tell({ is: "closed", ...how });
      tell({ is: "open", extensions: socket.extensions });
    });
    socket.on("message", (bytes, isBinary) => {
      tell(isBinary ? { is: "binary", bytes: [...bytes] } : { is: "text", text: bytes.toString() });
    });
    socket.on("pong", (bytes) => tell({ is: "pong", payload: bytes.toString() }));
    socket.on("close", (code, reason) => over({ code, reason: reason.toString() }));
    // Every error is followed by a close, which tells what is to be told.
    socket.on("error", () => {});
    socket.on("unexpected-response", (handshake, answer) => {
      over = () => {};
      tell({ is: "refused", status: answer.statusCode, reason: answer.statusMessage });
      handshake.destroy();
    });
  },

  // One message; of several parts, a frame each.
  send({ parts }) {
    parts.forEach((part, index) => socket.send(part, { fin: index === parts.length - 1 }, () => {}));
  },

  ping({ payload }) {
    socket.ping(payload);
  },

  close({ code, reason }) {
    socket.close(code, reason);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, ...how } = JSON.parse(line);
  await does[what](how);
}
process.exit();
