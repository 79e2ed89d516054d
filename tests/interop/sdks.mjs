// A real SDK as it is published, in a page of Chromium before `kandy-harness serve`: node sdks.mjs CLIENT, where KANDY_PROGRAM is the
// command. It subscribes, hears a notification, is dropped and comes back, renews what it has, and leaves, or is told that it is gone; the
// control interface tells what each of that came to.
import assert from "node:assert/strict";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { control, DEADLINE, launch } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { clients } from "./sdks/clients.mjs";

// Who signs in, or is called, by whichever way.
const ALICE = { user: "alice@example.com", password: "s3cret", hmac: "my-hmac-token", bearer: "my-bearer-token" };
// Camera and microphone for the calls, with nobody there who would have to allow them; and certificates that nobody has heard of.
const ARGUMENTS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--ignore-certificate-errors"];
// Half of the hour for which they subscribe, and a little more: Link 5 waits for up to a fifth longer.
const BEYOND_RENEWAL = { seconds: 37 * 60, times: 1 };
// For so long nothing may follow what was expected.
const QUIET = "200ms";
// However it hangs, it ends.
const LONGEST = 120_000;

// The page's own server, which is another origin than the platform.
async function siteWith(sdk) {
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
  return site;
}

// An application in a page, whose time is moved on beside what passes by itself.
class Application {
  complaints = [];

  constructor(page, client, given) {
    Object.assign(this, { page, client, given });
    page.setDefaultTimeout(DEADLINE);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  async open(address) {
    await this.page.clock.install();
    await this.page.goto(address);
    await this.page.evaluate((configuration) => {
      window.kandy = window.Kandy.create({ ...configuration, logs: { logLevel: "silent" } });
      window.heard = [];
      window.kandy.on("notification:received", (notification) => window.heard.push(JSON.stringify(notification)));
    }, this.client.configuration(new URL(this.given.url)));
    assert.equal(await this.page.evaluate(() => window.kandy.getVersion()), this.client.version);
  }

  begin() {
    return this.#run(this.client.begin);
  }

  end() {
    return this.#run(this.client.end);
  }

  #run(does) {
    return this.page.evaluate(`void (${does})(window.kandy, ${JSON.stringify(this.given)})`);
  }

  // Waits until the SDK takes itself for subscribed, or for not subscribed.
  async until(isOn) {
    await this.page.waitForFunction(`(${this.client.isOn})(window.kandy) === ${isOn}`);
  }

  pass(seconds) {
    return this.page.clock.fastForward(seconds * 1_000);
  }

  // Waits for a notification with a text in it, and says how many there were by then.
  async hears(text) {
    await this.page.waitForFunction((text) => window.heard.some((notification) => notification.includes(text)), text);
    return this.page.evaluate(() => window.heard.length);
  }
}

// What the control interface tells of the platform.
class Platform {
  #since = 0;

  constructor(server) {
    Object.assign(this, control(server));
  }

  // Does something, and demands that groups of points, one after the other, and nothing else come of it.
  async expect(groups, does) {
    const since = this.#since;
    await does();
    for (const what of new Set(groups.flat())) {
      const which = what === "closed" || what === "cut" ? { kind: "closed" } : { point: what };
      const count = groups.flat().filter((other) => other === what).length;
      await this.act("waitFor", { ...which, since, count, timeout: DEADLINE });
    }
    await this.act("idle", { quiet: QUIET, timeout: DEADLINE });
    const { records, next } = await this.look(`journal?since=${since}`);
    this.#since = next;
    const came = records.flatMap(told);
    const sorted = groups.map(({ length }) => came.splice(0, length).sort());
    assert.deepEqual([...sorted, came], [...groups, []]);
  }

  // Sends a notification to the only socket of a user.
  async send(user, text) {
    const message = { notificationMessage: { eventType: "IM", text } };
    assert.deepEqual(await this.act("send", { user, message }), { count: 1 });
  }

  async state() {
    const { clock, subscriptions, sockets } = await this.look("state");
    return {
      subscriptions: subscriptions.map(({ user, services }) => ({ user, services: [...services].sort() })),
      sockets: sockets.map(({ user }) => user),
      held: clock.held,
    };
  }
}

// What of the journal counts: what went well by its point, and what did not with how it ended.
function told({ kind, point, answered, by, reason, what }) {
  switch (kind) {
    case "request":
    case "upgrade":
      return (answered >= 200 && answered < 300) || answered === 101 ? [point] : [`${point} ${JSON.stringify(answered)} ${reason}`];
    case "closed":
      return [by === "client" ? "closed" : "cut"];
    case "command":
    case "frameIn":
    case "frameOut":
    case "opened":
    case "pings":
      return [];
    default:
      return [`${kind} ${what}`];
  }
}

async function live(client, application, platform) {
  const { user = ALICE.user, services } = client;
  const pass = async (seconds) => {
    await platform.act("advance", { by: seconds * 1_000 });
    await application.pass(seconds);
  };
  const alive = { subscriptions: [{ user, services }], sockets: [user], held: [] };

  await platform.expect(client.subscribes, () => application.begin());
  await application.until(true);
  assert.deepEqual(await platform.state(), alive);

  await platform.send(user, "before the drop");
  assert.equal(await application.hears("before the drop"), 1);

  await platform.expect([["cut"], ["websocket"]], async () => {
    assert.deepEqual(await platform.act("cut", { user }), { count: 1 });
    if (client.noticesAfter) await pass(client.noticesAfter);
  });
  await platform.send(user, "after the drop");
  assert.equal(await application.hears("after the drop"), 2);

  const { seconds, times } = client.stays ?? BEYOND_RENEWAL;
  await platform.expect(client.renews, async () => {
    for (let passed = 0; passed < times; passed += 1) await pass(seconds);
  });
  await application.until(true);
  assert.deepEqual(await platform.state(), alive);

  const nothing = { subscriptions: [], sockets: [], held: [] };
  await platform.expect(client.leaves, () => application.end());
  await application.until(false);
  assert.deepEqual(await platform.state(), nothing);

  if (client.endsWhenGone) {
    await platform.expect(client.subscribes, () => application.begin());
    await application.until(true);
    await platform.expect([["closed"]], () => platform.act("gone", { user }));
    await application.until(false);
    assert.deepEqual(await platform.state(), nothing);
  }
  assert.deepEqual(application.complaints, []);
}

async function run(client) {
  const folder = mkdtempSync(join(tmpdir(), "kandy-sdks-"));
  const tls = client.insistsOnTls ? ["--tls", "--state", folder] : [];
  const options = ["--clock", "manual", "--user", `${ALICE.user}:${ALICE.password}`, ...tls];
  const server = await serve(process.env.KANDY_PROGRAM, 0, ...options);
  const site = await siteWith(client.sdk());
  const browser = await launch(...ARGUMENTS);
  try {
    const application = new Application(await browser.newPage(), client, { url: server.url, ...ALICE });
    await application.open(`http://127.0.0.1:${site.address().port}/`);
    const platform = new Platform(server);
    const { password, ...known } = ALICE;
    await platform.act("setOptions", known);
    await live(client, application, platform);
  } finally {
    await browser.close();
    site.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [name] = process.argv.slice(2);
if (name === "--list") process.stdout.write(`${Object.keys(clients).join("\n")}\n`);
else if (!Object.hasOwn(clients, name)) throw new Error(`there is no client ${name}`);
else {
  setTimeout(() => {
    process.stderr.write(`${name} has not ended within ${LONGEST} ms\n`);
    process.exit(1);
  }, LONGEST).unref();
  await run(clients[name]);
}
