// Records as an HTTP archive (HAR 1.2), with the messages of websockets where Chrome has them.
import { words } from "./words.js";

const NOT_ANSWERED = { hang: "net::ERR_TIMED_OUT", reset: "net::ERR_CONNECTION_RESET", refused: "net::ERR_CONNECTION_REFUSED" };
const PING = JSON.stringify({ message_type: "ping" });
const TEXT = 1;
const BINARY = 2;

// `origin` is where the server is, and `epoch` the time of the world, in milliseconds, at which the platform began.
export function har(records, { origin, epoch, version }) {
  const entries = [];
  const sockets = new Map();
  for (const record of records) {
    if (record.kind === "request" || record.kind === "upgrade") {
      const entry = entryOf(record, origin, epoch);
      entries.push(entry);
      if (record.socket) sockets.set(record.socket, { entry, opened: record.time });
    } else if (sockets.has(record.socket)) {
      const { entry, opened } = sockets.get(record.socket);
      entry._webSocketMessages.push(...messages(record, epoch));
      entry.time = entry.timings.receive = (record.last ?? record.time) - opened;
    }
  }
  return { log: { version: "1.2", creator: { name: "kandy-harness", version }, pages: [], entries, comment: "secrets are masked, bodies of answers are not recorded" } };
}

function entryOf(record, origin, epoch) {
  const { method, path, query, answered, kind, time, body } = record;
  const queryString = Object.entries(query ?? {}).map(([name, value]) => ({ name, value: String(value) }));
  const search = new URLSearchParams(Object.entries(query ?? {})).toString();
  const isSocket = kind === "upgrade";
  const status = typeof answered === "number" ? answered : 0;
  const headers = [["Authorization", record.authorization && `${record.authorization} ***`], ["Content-Type", record.contentType], ["Accept", record.accept], ["X-Cpaas-Agent", record.agent]];
  const text = body === null || body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return {
    startedDateTime: new Date(epoch + time).toISOString(),
    time: 0,
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
    timings: { send: 0, wait: 0, receive: 0 },
    comment: [words(record).title, record.fault && `by fault ${record.fault}`].filter(Boolean).join(", "),
    _resourceType: isSocket ? "websocket" : "fetch",
    ...(isSocket && { _webSocketMessages: [] }),
  };
}

// Pings are counted in one record: the first and the last of them are known.
function messages({ kind, time, last, frame }, epoch) {
  const message = (type, at, opcode, data) => ({ type, time: (epoch + at) / 1000, opcode, data });
  if (kind === "pings") return [...new Set([time, last])].map((at) => message("send", at, TEXT, PING));
  if (kind !== "frameIn" && kind !== "frameOut") return [];
  return [message(kind === "frameIn" ? "send" : "receive", time, frame.binary ? BINARY : TEXT, frame.beginning)];
}
