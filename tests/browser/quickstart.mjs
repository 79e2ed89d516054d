// The quickstart page.
import assert from "node:assert/strict";
import { signIn } from "./chromium.mjs";

const ALICE = "alice@example.com";

const messages = (page) => page.getByRole("log").locator("span").allTextContents();

export async function login_and_logout(test) {
  const page = await signIn(test.context, test.url, ALICE, "s3cret");
  await page.getByText("This page runs on a stand-in").waitFor();
  assert.deepEqual(await messages(page), ["Connection state changed.", "Connection state changed."]);
  assert.equal((await test.look("sockets")).sockets.length, 1);
  await test.act("waitFor", { point: "websocket", since: 0 });
  await page.getByRole("button", { name: "Logout" }).click();
  await page.getByText("Connected: false").waitFor();
  const { records } = await test.look("journal");
  const requests = records.filter(({ kind }) => kind === "request").map(({ method, point, answered }) => `${method} ${point} ${answered}`);
  assert.deepEqual(requests, ["GET mk_token 200", "POST subscribe 200", "DELETE unsubscribe 200"]);
  assert.ok(records.some(({ kind }) => kind === "pings"), "a ping was sent");
  assert.deepEqual((await test.look("subscriptions")).subscriptions, []);
}

export async function the_first_click_signs_in(test) {
  const page = await test.context.newPage();
  await page.goto(`${test.url}/quickstart`);
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connected: true").waitFor();
}

export async function a_wrong_password_and_then_the_right_one(test) {
  const page = await test.context.newPage();
  await page.goto(`${test.url}/quickstart`);
  await page.getByText("Connected: false").waitFor();
  await page.getByLabel("User name").fill(ALICE);
  await page.getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  const told = "Connect error: There was an error connecting. Error: Incorrect username or password. (authentication:9)";
  await page.getByText(told).waitFor();
  await page.getByText("Connected: false").waitFor();
  await page.getByLabel("Password").fill("s3cret");
  await page.keyboard.press("Enter");
  await page.getByText("Connected: true").waitFor();
}

export async function a_refused_subscription(test) {
  await test.act("fail", { point: "subscribe", how: { status: 500, json: { subscribeResponse: { statusCode: 47 } } } });
  const page = await test.context.newPage();
  await page.goto(`${test.url}/quickstart`);
  await page.getByLabel("User name").fill(ALICE);
  await page.getByLabel("Password").fill("s3cret");
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connect error: Failed to subscribe user. Code: 47. (authentication:4)").waitFor();
}

export async function a_drop_is_mended_and_an_end_is_told(test) {
  const page = await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("cut", { user: ALICE });
  await page.getByText("Websocket state changed.").nth(1).waitFor();
  await page.getByText("Connected: true").waitFor();
  await test.act("send", { user: ALICE, message: { notificationMessage: { eventType: "IM" } } });
  await page.getByText("Notification: ").waitFor();
  await test.act("close", { user: ALICE, code: 1000 });
  await page.getByText("The session has ended: LOST_CONNECTION").waitFor();
  await page.getByText("Connected: false").waitFor();
  assert.deepEqual((await test.look("sockets")).sockets, []);
}

export async function over_tls(test) {
  assert.match(test.url, /^https:/);
  const page = await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("send", { user: ALICE, message: { notificationMessage: { eventType: "IM" } } });
  await page.getByText("Notification: ").waitFor();
  const console = await test.context.newPage();
  await console.goto(test.url);
  await console.getByText("Live", { exact: true }).waitFor();
}

export async function with_an_sdk_of_ones_own(test) {
  const page = await test.context.newPage();
  await page.goto(`${test.url}/quickstart`);
  await page.getByText("Connected: false").waitFor();
  assert.equal(await page.getByText("This page runs on a stand-in").isVisible(), false);
  assert.equal(await page.evaluate(() => [...document.scripts].some(({ src }) => new URL(src).pathname === "/kandy/kandy.uc.js")), true);
  await page.getByLabel("User name").fill(ALICE);
  await page.getByLabel("Password").fill("s3cret");
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connected: true").waitFor();
  assert.deepEqual((await test.look("requests")).requests, [], "the stand-in is not at work");
}
