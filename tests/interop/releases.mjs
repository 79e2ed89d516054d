// Releases of Kandy.js as they are, each in a page of Chromium whose time is passed by hand. It is told what to do on stdin and
// tells what it sees on stdout, one JSON object a line; it ends with its stdin.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { launch } from "../browser/chromium.mjs";

let page;
let sdk;

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

const site = createServer((request, answer) => {
  if (request.url === "/sdk.js") {
    answer.setHeader("Content-Type", "text/javascript; charset=utf-8");
    createReadStream(sdk).pipe(answer);
  } else {
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    answer.end("<!doctype html><link rel=icon href=data:,><script src=/sdk.js></script>");
  }
});
await new Promise((listening) => site.listen(0, "127.0.0.1", listening));
const browser = await launch();

// Counts in the page what is between it and the platform, before the SDK sees it.
function watch() {
  const under = { way: 0, messages: 0, closes: 0 };
  const { fetch, WebSocket } = window;
  window.fetch = (...asked) => {
    under.way += 1;
    const over = () => (under.way -= 1);
    const answer = fetch(...asked);
    answer.then((got) => got.clone().text()).then(over, over);
    return answer;
  };
  window.WebSocket = class extends WebSocket {
    constructor(...asked) {
      super(...asked);
      under.way += 1;
      const over = () => ([under.way, this.settled] = [under.way - (this.settled ? 0 : 1), true]);
      for (const event of ["open", "error", "close"]) this.addEventListener(event, over);
      this.addEventListener("message", () => (under.messages += 1));
      this.addEventListener("close", () => (under.closes += 1));
    }
  };
  window.under = under;
}

// What the application knows, once nothing is under way and nothing more follows at this instant.
async function settled() {
  const { port1, port2 } = new MessageChannel();
  const turn = () => new Promise((over) => ((port2.onmessage = over), port1.postMessage(0)));
  for (let quiet = 0; quiet < 20; quiet += 1) {
    await turn();
    if (window.under.way > 0) quiet = 0;
  }
  const { isConnected, isPending } = window.kandy.getConnection();
  return { events: window.events, isConnected, isPending, ...window.under };
}

const does = {
  async open({ release, port }) {
    sdk = release;
    await page?.close();
    page = await browser.newPage();
    await page.clock.install({ time: 1_700_000_000_000 });
    await page.addInitScript(watch);
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    await page.evaluate((port) => {
      const server = (protocol) => ({ server: "127.0.0.1", protocol, port });
      const authentication = { subscription: server("http"), websocket: server("ws") };
      window.kandy = window.Kandy.create({ authentication, logs: { logLevel: "silent" } });
      window.events = [];
      for (const name of ["auth:change", "auth:error", "auth:resub", "notification:received"]) {
        window.kandy.on(name, (params) => window.events.push({ name, reason: params?.reason ?? null }));
      }
    }, port);
  },
  async call({ name, given }) {
    await page.evaluate(([name, given]) => void window.kandy[name](...given), [name, given]);
  },
  async pass({ millis }) {
    await page.clock.runFor(millis);
  },
  async look() {
    return page.evaluate(settled);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, ...how } = JSON.parse(line);
  tell({ is: "done", ...(await does[what](how)) });
}
await browser.close();
site.close();
