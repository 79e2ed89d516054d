// The console with more users, tabs and hands than one.
import assert from "node:assert/strict";
import { DEADLINE, signIn } from "./chromium.mjs";
import { open } from "./console.mjs";

const row = (page, text) => page.getByRole("row").filter({ hasText: text });
const name = (number) => `user-${String(number).padStart(2, "0")}@example.com`;

// Signs so many users in, as their applications would.
async function signAllIn({ context, url, act }, count) {
  const page = await context.newPage();
  await page.goto(`${url}/quickstart`);
  for (let number = 0; number < count; number += 1) await act("addUser", { user: name(number), password: "s3cret" });
  const { hostname, port, protocol } = new URL(url);
  await page.evaluate(([server, port, protocol, names]) => {
    const there = (name) => ({ protocol: protocol.replace("http", name), server, port });
    const authentication = { subscription: there("http"), websocket: there("ws") };
    globalThis.clients = names.map((username) => Object.assign(Kandy.create({ authentication }), { username }));
    for (const kandy of globalThis.clients) kandy.connect({ username: kandy.username, password: "s3cret" });
  }, [hostname, Number(port), protocol.slice(0, -1), Array.from({ length: count }, (_, number) => name(number))]);
  await page.waitForFunction(() => globalThis.clients.every((kandy) => kandy.getConnection().isConnected));
  return page;
}

// The names that the chart has drawn, from top to bottom, since this was last asked.
async function lanes(page) {
  await page.evaluate(() => {
    globalThis.lanesDrawn = [];
    const box = document.querySelector("#lanes-box");
    box.dispatchEvent(new Event("scroll"));
    return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
  return page.evaluate(() => globalThis.lanesDrawn.at(-1));
}

// What the pen writes left of the lanes, and how many requests it draws in those of users and of the platform.
function watchPen(page) {
  return page.addInitScript(() => {
    globalThis.lanesDrawn = [];
    const { clearRect, fillText, rect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.rect = function (x, y, width, height) {
      // The lane of the platform is moved down, below those that scroll up.
      if (width === 6 && height === 12) globalThis.marksDrawn[this.getTransform().f > 0 ? "platform" : "users"] += 1;
      return rect.call(this, x, y, width, height);
    };
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
      globalThis.lanesDrawn.push([]);
      globalThis.marksDrawn = { users: 0, platform: 0 };
      return clearRect.apply(this, area);
    };
    CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
      if (x === 0) globalThis.lanesDrawn.at(-1)?.push(text);
      return fillText.call(this, text, x, ...rest);
    };
  });
}

async function isDrawn(page, wanted) {
  const until = Date.now() + DEADLINE;
  for (;;) {
    const drawn = await lanes(page);
    if (wanted(drawn)) return drawn;
    if (Date.now() > until) assert.fail(`the lanes are ${drawn}`);
  }
}

export async function thirty_users_have_lanes_that_scroll_and_a_filter_that_reaches_them(test) {
  const page = await test.context.newPage();
  page.setDefaultTimeout(DEADLINE);
  await watchPen(page);
  await page.goto(test.url);
  await page.getByText("Live", { exact: true }).waitFor();
  await signAllIn(test, 30);
  const all = await isDrawn(page, (drawn) => drawn.length === 31);
  assert.equal(all.at(-1), "platform");
  assert.equal(await page.locator("#lanes-count").textContent(), "30 users, 6 in sight");

  // Who has trouble comes to the top, and who is acted on before that.
  await test.act("cut", { user: name(17) });
  await isDrawn(page, ([first]) => first === name(17));
  await page.getByRole("button", { name: name(23) }).click();
  await isDrawn(page, ([first, second]) => first === name(23) && second === name(17));

  // The others are there on scrolling, and a click on a mark of theirs shows its record.
  const box = page.locator("#lanes-box");
  const { height, room } = await box.evaluate((node) => ({ height: node.clientHeight, room: node.scrollHeight - node.clientHeight }));
  assert.ok(height < 200 && room === 24 * 22, `${height}, ${room}`);

  await page.getByLabel("Filter the timeline").fill(`${name(5)}`);
  assert.deepEqual(await isDrawn(page, (drawn) => drawn.length === 2), [name(5), "platform"]);
  await page.getByLabel("Filter the timeline").fill("");
  await isDrawn(page, (drawn) => drawn.length === 31);
}

// What a user asks for is in that user's lane alone, however many users there are; what nobody asks for is the platform's.
export async function requests_of_users_are_not_in_the_lane_of_the_platform(test) {
  const page = await test.context.newPage();
  page.setDefaultTimeout(DEADLINE);
  await watchPen(page);
  await page.goto(test.url);
  await signAllIn(test, 9);
  await isDrawn(page, (drawn) => drawn.length === 10);
  const marks = () => page.evaluate(() => globalThis.marksDrawn);
  assert.deepEqual([(await marks()).users > 0, (await marks()).platform], [true, 0]);
  await fetch(`${test.url}/nobody/knows`);
  await page.waitForFunction(() => globalThis.marksDrawn.platform === 1);
}

export async function a_range_is_picked_on_the_chart(test) {
  const page = await open(test);
  await signIn(test.context, test.url, "alice@example.com", "s3cret");
  await row(page, "WS-1 open").waitFor();
  await test.act("advance", { by: "20s" });
  await test.act("clear");
  await test.act("advance", { by: "5s" });
  await page.getByText("0:00:25.000", { exact: true }).first().waitFor();
  await page.bringToFront();
  const { x, y, width } = await page.locator("#lanes").boundingBox();
  const at = (seconds) => x + 170 + ((60 - 25 + seconds) / 60) * (width - 178);
  await page.mouse.move(at(15), y + 12);
  await page.mouse.down();
  await page.mouse.move(at(24), y + 20, { steps: 4 });
  await page.mouse.up();
  // The clear, and the advance behind it.
  await page.locator("#shown-count", { hasText: /^2 of/ }).waitFor();
  await row(page, "clear").waitFor();
  assert.match(await page.locator("#range").textContent(), /^0:00:1[45]\.\d+ to 0:00:2[34]\.\d+/);
  await page.locator("#range").click();
  await page.locator("#shown-count", { hasText: /^\d+ records/ }).waitFor();

  // The same by keys.
  await row(page, "clear").click();
  await page.keyboard.press("[");
  await page.locator("#shown-count", { hasText: /^2 of/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("#shown-count", { hasText: /^\d+ records/ }).waitFor();
}

// A browser has six connections to a server. Each tab follows what happens all the same, and acts.
export async function eight_tabs_at_once_work(test) {
  const tabs = [];
  for (let tab = 0; tab < 8; tab += 1) tabs.push(await open(test));
  await test.act("latency", { latency: "7ms" });
  await Promise.all(tabs.map((page) => row(page, "latency").waitFor()));
  await tabs[7].getByRole("button", { name: "Clear all faults" }).waitFor();
  await tabs[7].getByRole("button", { name: "Go offline", exact: true }).click();
  for (const page of tabs) await page.getByRole("button", { name: "Go online", pressed: true }).waitFor();
  await tabs[6].getByRole("button", { name: "Go online" }).click();

  // A tab that comes later has what came before, and all go on when the first one is closed.
  await tabs[0].close();
  tabs[0] = await open(test);
  await test.act("answerPings", { enabled: true });
  const { records } = await test.look("journal");
  for (const page of tabs) {
    await row(page, "answerPings").waitFor();
    await page.locator("#shown-count", { hasText: new RegExp(`^${records.length} records$`) }).waitFor();
  }
  await signIn(test.context, test.url, "alice@example.com", "s3cret");
  for (const page of tabs) await row(page, "WS-1 open").waitFor();
}

// Without workers that pages share, a page whose tab is hidden lets its connection go.
export async function without_shared_workers_a_page_has_a_feed_of_its_own(test) {
  const page = await test.context.newPage();
  page.setDefaultTimeout(DEADLINE);
  await page.addInitScript(() => delete globalThis.SharedWorker);
  await page.goto(test.url);
  await page.getByText("Live", { exact: true }).waitFor();
  const hide = (isHidden) => page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
  await hide(true);
  await test.act("latency", { latency: "7ms" });
  const before = await page.locator("#shown-count").textContent();
  await test.act("waitFor", { point: "other", timeout: "50ms" }).catch(() => undefined);
  assert.equal(await page.locator("#shown-count").textContent(), before);
  await hide(false);
  await row(page, "latency").waitFor();
  assert.equal(await row(page, "addUser").count(), 1);
}

// Nothing is due, so no record tells that the time is another one.
export async function a_clock_that_is_moved_elsewhere_goes_on(test) {
  const page = await open(test);
  await page.getByText("0:00:00.000", { exact: true }).first().waitFor();
  await test.act("advance", { by: "90s" });
  await page.getByText("0:01:30.000", { exact: true }).first().waitFor();

  // What is due next is shown, and one click away.
  await signIn(test.context, test.url, "alice@example.com", "s3cret");
  await page.getByRole("button", { name: "to 1:01:30.000" }).click();
  await row(page, "SUB-1 expired").waitFor();
  assert.equal((await test.look("state")).clock.now, 3_690_000);
}
