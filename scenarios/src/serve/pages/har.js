// Records as an HTTP archive (HAR 1.2), with the messages of websockets where Chrome has them. `GET har` of the control interface gives the
// same (control/har.rs), which a test holds.
import { credentials, words } from "./words.js";

const NOT_ANSWERED = { hang: "net::ERR_TIMED_OUT", reset: "net::ERR_CONNECTION_RESET", refused: "net::ERR_CONNECTION_REFUSED" };
const PING = JSON.stringify({ message_type: "ping" });
const TEXT = 1;
const BINARY = 2;

// `origin` is where the server is, and `epoch` the time of the world, in milliseconds, at which the platform began: for records that
// do not tell their own.
export function har(records, { origin, epoch, version }) {
  const entries = [];
  const sockets = new Map();
  for (const record of records) {
    if (record.kind === "request" || record.kind === "upgrade") {
      const entry = entryOf(record, origin, epoch);
      entries.push(entry);
      if (record.socket) sockets.set(record.socket, { entry, began: record.time });
    } else if (sockets.has(record.socket)) {
      const { entry, began } = sockets.get(record.socket);
      entry._webSocketMessages.push(...messages(record, wall(record, epoch)));
      entry.time = (record.last ?? record.time) - began;
      entry.timings.receive = Math.max(0, entry.time - entry.timings.wait);
    }
  }
  return { log: { version: "1.2", creator: { name: "kandy-harness", version }, pages: [], entries, comment: "secrets are masked, bodies of answers are not recorded" } };
}

const wall = ({ wallTime, time }, epoch) => wallTime ?? epoch + time;
// As sums of whole seconds and the rest, so that every writer of archives gets the same number.
const seconds = (millis) => Math.floor(millis / 1000) + ((millis % 1000) * 1e6) / 1e9;

function entryOf(record, origin, epoch) {
  const { method, path, query, answered, kind, time, body } = record;
  const queryString = Object.entries(query ?? {}).map(([name, value]) => ({ name, value: String(value) }));
  const search = new URLSearchParams(Object.entries(query ?? {})).toString();
  const isSocket = kind === "upgrade";
  const waited = (record.sent ?? record.clientLeft ?? time) - time;
  const status = typeof answered === "number" ? answered : 0;
  const headers = [credentials(record), ["Content-Type", record.contentType], ["Accept", record.accept], ["X-Cpaas-Agent", record.agent]];
  const text = body === null || body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return {
    startedDateTime: new Date(wall(record, epoch)).toISOString(),
    time: waited,
    request: {
      method, url: `${isSocket ? origin.replace(/^http/, "ws") : origin}${path}${search ? `?${search}` : ""}`, httpVersion: "HTTP/1.1", cookies: [],
      headers: headers.filter(([, value]) => value).map(([name, value]) => ({ name, value })),
      queryString, headersSize: -1, bodySize: text === undefined ? 0 : new TextEncoder().encode(text).length,
      ...(text !== undefined && { postData: { mimeType: record.contentType ?? "", text } }),
    },
    response: {
      status, statusText: "", httpVersion: "HTTP/1.1", cookies: [], headers: [], content: { size: 0, mimeType: "x-unknown" }, redirectURL: "", headersSize: -1, bodySize: -1,
      ...(status === 0 && { _error: NOT_ANSWERED[answered] ?? "net::ERR_FAILED" }),
    },
    cache: {},
    timings: { send: 0, wait: waited, receive: 0 },
    comment: [isSocket || record.point !== "other" ? words(record).title : `${method} ${path}`, record.reason, record.fault && `by fault ${record.fault}`].filter(Boolean).join(", "),
    _resourceType: isSocket ? "websocket" : "fetch",
    ...(isSocket && { _webSocketMessages: [] }),
  };
}

// Pings are counted in one record: the first and the last of them are known.
function messages({ kind, time, last, frame }, began) {
  const message = (type, millis, opcode, data) => ({ type, time: seconds(millis), opcode, data });
  if (kind === "pings") return [...new Set([began, began + last - time])].map((millis) => message("send", millis, TEXT, PING));
  if (kind !== "frameIn" && kind !== "frameOut") return [];
  return [message(kind === "frameIn" ? "send" : "receive", began, frame.binary ? BINARY : TEXT, frame.beginning)];
}
