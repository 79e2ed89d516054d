// A foreign platform for one user, made of Node's HTTP server and the package `ws`: as much of the protocol as it takes
// to sign in, be notified and leave. It is told what to do on stdin and tells what it sees on stdout, one JSON object a
// line; it ends with its stdin.
import { X509Certificate, createPrivateKey } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const token = "an-access-token";
const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
let basic;
let socket;
let refusal;

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

function route(request) {
  const { pathname, searchParams } = new URL(request.url, "http://platform");
  const isKnown = searchParams.get("token") === token;
  switch (`${request.method} ${pathname}`) {
    case "GET /v2.0/auth/mk_token":
      return request.headers.authorization === basic
        ? [200, { success: { access_token: token, refresh_token: "a-refresh-token", expires: 3600 } }]
        : [401, { error: { code: "401", human: "Falsches Paßwort ☹" } }];
    case "POST /rest/version/1/user/alice@example.com/subscription":
      return isKnown
        ? [201, { subscribeResponse: {
            statusCode: 0,
            subscription: "/subscriptions/7",
            subscriptionParams: { expires: 3600, service: ["call", "IM", "Presence"], notificationChannel: "/channels/7" },
          } }]
        : [403, { subscribeResponse: { statusCode: 1 } }];
    case "DELETE /subscriptions/7":
      return isKnown ? [204] : [403, { subscribeResponse: { statusCode: 1 } }];
    default:
      return [404, {}];
  }
}

function answer(request, response) {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const [status, body] = route(request);
    tell({ is: "request", line: `${request.method} ${request.url}`, body: Buffer.concat(chunks).toString(), status });
    response.writeHead(status, body && { "Content-Type": "application/json; charset=utf-8" });
    // Written apart from the end, and without a length, the body comes in chunks.
    if (body) response.write(JSON.stringify(body));
    response.end();
  });
}

function upgrade(request, connection, head) {
  if (refusal) {
    connection.end(`HTTP/1.1 ${refusal} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return tell({ is: "refused" });
  }
  websockets.handleUpgrade(request, connection, head, (opened) => {
    socket = opened;
    tell({ is: "open", url: request.url, extensions: opened.extensions });
    opened.on("message", (bytes, isBinary) => tell({ is: "frame", isBinary, text: bytes.toString() }));
    opened.on("pong", (bytes) => tell({ is: "pong", payload: bytes.toString() }));
    opened.on("close", (code, reason) => tell({ is: "closed", code, reason: reason.toString() }));
    // Every error is followed by a close.
    opened.on("error", () => {});
  });
}

// What is given in DER, as Node takes it.
function identity({ certificate, key }) {
  const privateKey = createPrivateKey({ key: Buffer.from(key), format: "der", type: "pkcs8" });
  return {
    cert: new X509Certificate(Buffer.from(certificate)).toString(),
    key: privateKey.export({ format: "pem", type: "pkcs8" }),
  };
}

const does = {
  listen({ password, tls }) {
    basic = `basic ${Buffer.from(`alice@example.com:${password}`).toString("base64")}`;
    const server = tls ? https.createServer(identity(tls), answer) : http.createServer(answer);
    server.on("upgrade", upgrade);
    server.listen(0, "127.0.0.1", () => tell({ is: "listening", port: server.address().port }));
  },

  // One message; of several parts, a frame each.
  send({ parts }) {
    parts.forEach((part, index) => socket.send(part, { fin: index === parts.length - 1 }));
  },

  ping({ payload }) {
    socket.ping(payload);
  },

  cut() {
    socket.terminate();
  },

  close({ code, reason }) {
    socket.close(code, reason);
  },

  refuseHandshakes({ status }) {
    refusal = status;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, ...how } = JSON.parse(line);
  does[what](how);
}
process.exit();
