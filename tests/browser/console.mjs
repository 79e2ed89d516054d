// The console, from one end to the other.
import assert from "node:assert/strict";
import { signIn } from "./chromium.mjs";

const ALICE = "alice@example.com";

export async function open({ context, url }) {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

const account = (page) => page.getByRole("button", { name: ALICE });
const row = (page, text) => page.getByRole("row").filter({ hasText: text });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

// A session is signed in by the quickstart page in another tab; the console sees it, acts on it, and sees what comes of it.
export async function a_session_is_seen_cut_and_seen_again(test) {
  const page = await open(test);
  await account(page).getByText("signed out").waitFor();
  const application = await signIn(test.context, test.url, ALICE, "s3cret");
  await account(page).getByText("connected").waitFor();
  await row(page, "WS-1 open").waitFor();
  await row(page, "POST subscribe").getByText("200", { exact: true }).waitFor();

  await press(page, "Cut");
  await page.getByText(`${ALICE}: sockets cut: 1`).waitFor();
  await row(page, "WS-1 broken off by platform").waitFor();
  await row(page, "WS-2 open").waitFor();
  await account(page).getByText("connected").waitFor();

  await page.getByLabel("Push a notification").fill('{"notificationMessage": {"eventType": "greeting"}}');
  await press(page, "Push");
  await application.getByText('Notification: {"notificationMessage":{"eventType":"greeting"').waitFor();
  await row(page, "WS-2 ← notification greeting").waitFor();

  await page.getByLabel("Close with code").fill("4001");
  await page.getByLabel("Reason").fill("maintenance");
  await page.locator("#close").getByRole("button").click();
  await row(page, "WS-2 closed by platform").getByText("4001").waitFor();
  await row(page, "WS-3 open").waitFor();

  await press(page, "Gone");
  await application.getByText("The session has ended: GONE").waitFor();
  await application.getByText("Connected: false").waitFor();
  await account(page).getByText("signed out").waitFor();
}

export async function every_button_acts(test) {
  const page = await open(test);
  await signIn(test.context, test.url, ALICE, "s3cret");
  await account(page).getByText("connected").waitFor();
  await press(page, "Silence");
  await page.getByText(`${ALICE}: sockets muted: 1`).waitFor();
  await press(page, "Expire token");
  await page.getByText(`${ALICE}: tokens expired`).waitFor();
  await press(page, "End subscription");
  await page.getByText(`${ALICE}: subscriptions ended: 1`).waitFor();
  await page.getByLabel("Push a notification").fill("{");
  await press(page, "Push");
  await page.locator("#said.error").waitFor();

  await press(page, "Go offline");
  await page.getByRole("button", { name: "Go online", pressed: true }).waitFor();
  assert.equal((await test.look("state")).settings.offline, true);
  await press(page, "Go online");
  await page.getByRole("button", { name: "Go offline", pressed: false }).waitFor();
  const names = (await test.look("journal")).records.filter(({ kind }) => kind === "command").map(({ name }) => name);
  assert.deepEqual(names.slice(-5), ["silence", "expireToken", "endSubscription", "offline", "online"]);
}

// Each way to fail that is offered, at each point, is one that the platform takes.
export async function faults_are_added_at_every_point_and_cleared(test) {
  const page = await open(test);
  let count = 0;
  for (const point of await page.locator("#fail-point option").allTextContents()) {
    await page.getByLabel("Where").selectOption(point);
    for (const how of await page.locator("#fail-how option").allTextContents()) {
      await page.getByLabel("What").selectOption(how);
      await press(page, "Add fault");
      count += 1;
      await page.getByText(`${count} active`).waitFor();
    }
  }
  const { faults } = await test.look("state");
  assert.equal(faults.length, count);
  assert.ok(faults.every(({ faults: [fault] }) => fault.times === 1));
  await page.getByRole("button", { name: "Clear the faults of websocket" }).first().click();
  await page.getByText("faults of websocket cleared").waitFor();
  assert.deepEqual((await test.look("state")).faults.filter(({ point }) => point === "websocket"), []);
  await press(page, "Clear all faults");
  await page.locator("#faults-count", { hasText: "none" }).waitFor();

  await page.getByLabel("Where").selectOption("subscribe");
  await page.getByLabel("What").selectOption("503 unavailable");
  await page.getByLabel("How often").selectOption("until cleared");
  await page.getByLabel("For whom").selectOption("the user above");
  await press(page, "Add fault");
  await page.getByText("1 active").waitFor();
  const [rule] = (await test.look("state")).faults;
  assert.deepEqual([rule.point, rule.faults], ["subscribe", [{ status: 503, user: ALICE }]]);
}

export async function a_manual_clock_is_advanced(test) {
  const page = await open(test);
  await signIn(test.context, test.url, ALICE, "s3cret");
  await account(page).getByText("connected").waitFor();
  await page.getByRole("button", { name: "Advance by 30 minutes" }).click();
  await page.getByText("0:30:00.000", { exact: true }).first().waitFor();
  await page.getByText("ends in 30m", { exact: false }).waitFor();
  await page.getByLabel("Advance by another time").fill("40m");
  await press(page, "Advance");
  await row(page, "SUB-1 expired").waitFor();
  await account(page).getByText("signed out").waitFor();
  assert.equal((await test.look("state")).clock.now, 70 * 60 * 1000);
}

export async function the_timeline_is_filtered_paused_and_looked_into(test) {
  const page = await open(test);
  const { act } = test;
  await row(page, "addUser").waitFor();
  await act("clear");
  await row(page, "clear").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("ADDuser alice");
  await page.locator("#shown-count", { hasText: "1 of" }).waitFor();
  assert.equal(await row(page, "clear").count(), 0);
  await page.getByLabel("Filter the timeline").fill("");
  await row(page, "clear").waitFor();
  await page.getByRole("group", { name: "Lanes" }).getByRole("button", { name: "Faults" }).click();
  await page.locator("#shown-count", { hasText: "0 of" }).waitFor();
  await page.getByRole("group", { name: "Lanes" }).getByRole("button", { name: "Faults" }).click();

  await page.locator("#rows").focus();
  await page.keyboard.press("p");
  await act("answerPings", { enabled: false });
  await page.getByText("1 waiting").waitFor();
  assert.equal(await row(page, "answerPings").count(), 0);
  await page.keyboard.press("p");
  await row(page, "answerPings").waitFor();

  await page.keyboard.press("t");
  await page.keyboard.press("End");
  await page.getByRole("heading", { name: /^Record \d+ at/ }).waitFor();
  assert.match(await page.locator("#details-json").textContent(), /"name": "answerPings"/);
  await page.keyboard.press("Home");
  await page.getByRole("heading", { name: "Record 0 at" }).waitFor();
  assert.equal(await page.locator("#rows").getAttribute("aria-activedescendant"), await page.getByRole("row", { selected: true }).getAttribute("id"));
  await page.keyboard.press("Escape");
  await page.locator("#details").waitFor({ state: "hidden" });
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Shortcuts of one key are on").click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("p");
  assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "false", "the shortcuts are off");
}

// A reset of the platform is one of the console, too, whether its tab was there already or comes later.
export async function a_reset_begins_the_console_again(test) {
  const page = await open(test);
  await signIn(test.context, test.url, ALICE, "s3cret");
  await row(page, "WS-1 open").waitFor();
  await test.act("fail", { point: "subscribe", how: { status: 503 } });
  await row(page, "fail").waitFor();
  await test.act("reset");
  await row(page, "reset").waitFor();
  await row(page, "fail").waitFor({ state: "detached" });
  assert.equal(await row(page, "POST subscribe").getByText("200", { exact: true }).count(), 0, "what was before is forgotten");
  const later = await open(test);
  await row(later, "reset").waitFor();
  assert.equal(await row(later, "fail").count(), 0, "and nobody is told of it who comes later");
  // The session that was cut signs in again by itself, or its user does.
  await signIn(test.context, test.url, ALICE, "s3cret");
  await row(page, "WS-1 open").waitFor();
  await row(later, "WS-1 open").waitFor();
}
