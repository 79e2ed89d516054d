// What the console lets its user keep: journals, archives, transcripts, and sessions as scenarios and as tests.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { control, signIn } from "./chromium.mjs";
import { open } from "./console.mjs";
import { serve } from "./server.mjs";

const ALICE = "alice@example.com";

const row = (page, text) => page.getByRole("row").filter({ hasText: text });

// The text that is kept in a form, of the chosen user where it is a session.
async function kept(page, form, user = ALICE) {
  await page.locator(`[data-user="${user}"]`).click();
  await page.getByRole("button", { name: "Keep …" }).click();
  await page.locator("#keep-form").selectOption({ label: form });
  const text = await page.locator("#keep-text").inputValue();
  await page.locator("#keep-close").click();
  return text;
}

// Runs a script as `kandy-harness run` does, with its checks.
async function passes(script) {
  const folder = await mkdtemp(join(tmpdir(), "kandy-kept-"));
  try {
    await writeFile(join(folder, "copied.rhai"), script);
    const { status, stdout, stderr } = spawnSync(process.env.KANDY_PROGRAM, ["run", "copied.rhai"], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, `${stdout}${stderr}\n${script}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

// Somebody's day: a wrong password, a refused subscription, a cut, a notification, a password that was changed; and what
// befell another user, which is none of it.
async function live({ context, url, act, look }) {
  const requests = async (count, user = ALICE) => {
    for (let seen = 0; seen < count;) seen = (await look(`requests?user=${user}`)).requests.length;
  };
  await act("addUser", { user: "bob@example.com", password: "s3cret", subscriptionLifetime: "2h" });
  await act("fail", { point: "mk_token", how: { status: 500, times: 1, user: "bob@example.com" } });
  const other = await context.newPage();
  await other.goto(`${url}/quickstart`);
  await other.getByLabel("User name").fill("bob@example.com");
  await other.getByLabel("Password").fill("s3cret");
  await other.getByRole("button", { name: "Login" }).click();
  await other.getByText("Connect error").waitFor();

  const page = await context.newPage();
  await page.goto(`${url}/quickstart`);
  await page.getByLabel("User name").fill(ALICE);
  await page.getByLabel("Password").fill("no such");
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connect error").waitFor();
  await act("fail", { point: "subscribe", how: [{ status: 503, json: { "a \"key\"": "line\nbreak\u202e${1}`", call: null } }, {}] });
  await page.getByLabel("Password").fill("s3cret");
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connect error").nth(1).waitFor();
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connected: true").waitFor();
  await act("cut", { user: ALICE });
  await requests(7);
  await act("send", { user: ALICE, message: { notificationMessage: { eventType: "IM", call: [1.5, true, null] } } });
  await act("close", { user: ALICE, code: 4001, reason: "maintenance" });
  await requests(8);
  await act("setPassword", { user: ALICE, password: "another" });
  await page.getByRole("button", { name: "Logout" }).click();
  await page.getByText("Connected: false").waitFor();
  await page.getByLabel("Password").fill("another");
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connected: true").waitFor();

  // The page is left without a word, and another one signs in; there the session is ended.
  await page.close();
  const next = await signIn(context, url, ALICE, "another");
  await act("gone", { user: ALICE });
  await next.getByText("The session has ended: GONE").waitFor();
  return next;
}

export async function a_session_is_copied_as_a_scenario_that_passes(test) {
  const page = await open(test);
  await live(test);
  await row(page, "gone").first().waitFor();
  const script = await kept(page, "Scenario (Rhai)");
  const { requests } = await test.look(`requests?user=${ALICE}`);
  for (const { point, answered } of requests) assert.ok(script.includes(`"${point} ${answered}"`), `${point} ${answered}: ${script}`);
  assert.ok(script.includes("platform.cut(user)") && !script.includes("bob"), script);
  await passes(script);

  // What a script checks can fail: it is not only a list of calls.
  await assert.rejects(passes(script.replace("platform.cut(user);", "")));
  // The other user has a session, too, with the fault that met nobody else.
  await passes(await kept(page, "Scenario (Rhai)", "bob@example.com"));
}

// The time of a clock that is moved by hand passes in the script as the client had it: not at all, here.
export async function a_session_with_a_manual_clock_is_copied_as_a_scenario(test) {
  const page = await open(test);
  const application = await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("advance", { by: "50m" });
  await test.act("cut", { user: ALICE });
  await row(page, "WS-2 open").waitFor();
  await test.act("advance", { by: "30m" });
  await row(page, "SUB-1 expired").waitFor();
  await application.getByRole("button", { name: "Logout" }).click();
  await application.getByText("Connected: false").waitFor();
  await row(page, "DELETE unsubscribe").waitFor();
  await passes(await kept(page, "Scenario (Rhai)"));
}

// The copied test runs against another server, by way of what it needs of Playwright's runner.
export async function a_session_is_copied_as_a_test(test) {
  const page = await open(test);
  await live(test);
  await row(page, "gone").first().waitFor();
  const text = await kept(page, "Test (Playwright)");
  const server = await serve(process.env.KANDY_PROGRAM, 0);
  try {
    const shim = `const expect = Object.assign((value) => ({ toEqual: (wanted) => globalThis.assert.deepEqual(value, wanted) }), {
      poll: (ask) => ({ toBeGreaterThanOrEqual: async (least) => { while (!((await ask()) >= least)); } }),
    });
    const test = (name, body) => { globalThis.copied = body; };`;
    const line = 'import { expect, test } from "@playwright/test";';
    assert.ok(text.includes(line));
    const module = text.replace(line, shim);
    Object.assign(process.env, { KANDY_URL: server.url, KANDY_CONTROL_URL: server.control, KANDY_CONTROL_TOKEN: server.token });
    globalThis.assert = assert;
    await import(`data:text/javascript,${encodeURIComponent(module)}`);
    const context = await test.browser.newContext();
    await globalThis.copied({ context, page: await context.newPage() });
    assert.ok((await control(server).look(`requests?user=${ALICE}`)).requests.length > 10);
  } finally {
    await server.stop();
  }
}

export async function what_happened_is_kept_in_every_form(test) {
  const page = await open(test);
  await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("fail", { point: "other", how: { reset: true } });
  await fetch(`${test.url}/rest/else?a=b%20c`).catch(() => undefined);
  await test.act("send", { user: ALICE, message: { notificationMessage: { eventType: "IM" } } });
  await row(page, "notification IM").waitFor();

  const journal = JSON.parse(await kept(page, "Journal (JSON)"));
  const { records } = await test.look("journal");
  assert.deepEqual(journal.records, records);
  assert.equal(journal.state.users[0].name, ALICE);

  const { log } = JSON.parse(await kept(page, "HTTP archive (HAR)"));
  assert.equal(log.version, "1.2");
  const socket = log.entries.find((entry) => entry._resourceType === "websocket");
  assert.match(socket.request.url, /^ws:\/\/127\.0\.0\.1:\d+\/websocket\/CH-1\?token=AT-1$/);
  const [ping, notification] = socket._webSocketMessages;
  assert.deepEqual([ping.type, ping.opcode, ping.data], ["send", 1, '{"message_type":"ping"}']);
  assert.deepEqual([notification.type, JSON.parse(notification.data).notificationMessage.eventType], ["receive", "IM"]);
  assert.ok(Math.abs(notification.time * 1000 - Date.now()) < 600_000, "it is the world's time");
  const reset = log.entries.find(({ request }) => request.url.endsWith("/rest/else?a=b+c"));
  assert.deepEqual([reset.response.status, reset.response._error], [0, "net::ERR_CONNECTION_RESET"]);
  for (const entry of log.entries) {
    assert.ok(["startedDateTime", "time", "request", "response", "cache", "timings"].every((key) => key in entry));
    assert.ok(!Number.isNaN(Date.parse(entry.startedDateTime)));
  }

  const transcript = await kept(page, "Transcript");
  assert.equal(transcript.trimEnd().split("\n").length, records.length);
  assert.match(transcript, /^\d+\.\d{3} +alice@example\.com  request   POST subscribe  200$/m);
  assert.match(transcript, /GET \/rest\/else  reset  by fault 1, number 1: \{"reset":true\}/);
}

// What the page writes down is what the server gives, for every kind of record there is.
export async function the_server_gives_the_same_transcript_and_archive(test) {
  const page = await open(test);
  const basic = (password) => ({ headers: { Authorization: `basic ${btoa(`${ALICE}:${password}`)}` } });
  const login = (password) => fetch(`${test.url}/v2.0/auth/mk_token?refresh=y`, basic(password)).catch(() => undefined);
  const application = await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("mark", { text: "a mark\u202e with\nwhat turns text" });
  await login("no such");
  await test.act("fail", { point: "mk_token", how: [{ status: 503, json: { "é\u2028": "x".repeat(500) } }, { delay: "10s", times: 1 }] });
  await login("s3cret");
  const late = login("s3cret");
  while ((await test.look("requests?point=mk_token")).requests.length < 4);
  await test.act("advance", { by: "11s" });
  await late;
  await test.act("fail", { point: "mk_token", how: { status: 500, times: 1 } });
  await login("s3cret");
  await test.act("send", { user: ALICE, message: { notificationMessage: { eventType: "IM", text: "é" } } });
  await application.close();
  await row(page, "closed by client").or(row(page, "broken off by client")).first().waitFor();
  await test.act("advance", { by: "25h" });
  await test.act("mark", { text: "the end" });
  await row(page, "mark: the end").waitFor();

  const transcript = await kept(page, "Transcript");
  assert.equal(transcript, await test.text("transcript"));
  for (const part of ["mark      a mark\\u{202e} with\\nwhat", "401  wrong_password", "number 1: ", "…", "held until ", "  sent ", "500  by fault 2, number 1", "SUB-1 expired", "AT-1"]) assert.ok(transcript.includes(part), `${part}: ${transcript}`);
  assert.deepEqual(JSON.parse(await kept(page, "HTTP archive (HAR)")), await test.look("har"));
  const ofAlice = await test.text(`transcript?user=${ALICE}&mark=${encodeURIComponent("a mark\u202e with\nwhat turns text")}`);
  assert.ok(ofAlice.split("\n")[0].includes("  mark      a mark"), ofAlice);
  const saved = await test.look("export");
  assert.deepEqual(saved.records, JSON.parse(await kept(page, "Journal (JSON)")).records);
}

// Why something was refused is in its row, and the details have its times; what users have is beside their names.
export async function the_console_tells_why_and_when(test) {
  const page = await open(test);
  await test.act("setOptions", { user: ALICE, tokenLifetime: "10m" });
  await signIn(test.context, test.url, ALICE, "s3cret");
  await page.getByText("tokens for").waitFor();
  await page.getByText(/AT-1 · expires in/).waitFor();
  await fetch(`${test.url}/v2.0/auth/mk_token?refresh=y`, { headers: { Authorization: `basic ${btoa(`${ALICE}:no`)}` } });
  await row(page, "wrong password").click();
  await page.locator("#details-list").getByText("Time of day").waitFor();
  await page.locator("#details-list").getByText("Sent", { exact: true }).waitFor();
  await page.getByLabel("Filter the timeline").fill("wrong_password");
  await page.locator("#shown-count", { hasText: /^1 of/ }).waitFor();
  await page.getByLabel("Filter the timeline").fill("");
  await test.act("advance", { by: "11m" });
  await row(page, "AT-1").getByText("expired").first().waitFor();
  await row(page, "advance 660000").first().waitFor();
}

export async function what_is_kept_is_copied_saved_and_of_what_is_shown(test) {
  const page = await open(test);
  await test.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: test.url });
  await test.act("clear");
  await row(page, "clear").waitFor();
  await page.getByLabel("Filter the timeline").fill("addUser");
  await page.locator("#shown-count", { hasText: "1 of 2" }).waitFor();
  await page.bringToFront();
  await page.getByRole("button", { name: "Keep …" }).click();
  await page.locator("#keep-what").selectOption({ label: "what is shown" });
  await page.locator("#keep-form").selectOption({ label: "Transcript" });
  await page.getByRole("button", { name: "Copy", exact: true }).last().click();
  await page.getByText("Transcript is copied").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^\d+\.\d{3} +alice@example\.com  control   addUser \*\*\*\n$/);

  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as a file" }).click()]);
  assert.equal(file.suggestedFilename(), "transcript.txt");
  assert.match(await readFile(await file.path(), "utf8"), /addUser \*\*\*\n$/);
  await page.locator("#keep-close").click();
  await row(page, "addUser").click();
  await page.getByRole("button", { name: "Copy the record" }).click();
  await page.getByText("the record is copied").waitFor();
  assert.equal(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())).name, "addUser");
}

// A fault leads to the command that made it, from wherever it is named, and marks stand where they were made.
export async function faults_lead_to_their_commands(test) {
  const page = await open(test);
  const how = { status: 503, times: 1 };
  await test.act("fail", { point: "other", how: { hang: true, times: 0 } }).catch(() => undefined);
  await test.act("fail", { point: "websocket", how: { status: 500, after: 7 } });
  await test.act("fail", { point: "mk_token", how });
  await test.act("close", { user: ALICE, code: 4001, reason: "maintenance" });
  await row(page, 'fail mk_token [{"status":503,"times":1}]').waitFor();
  await row(page, "close 4001 maintenance").waitFor();
  await fetch(`${test.url}/v2.0/auth/mk_token?refresh=y`, { headers: { Authorization: `basic ${btoa(`${ALICE}:s3cret`)}` } });
  await test.act("clear");
  await row(page, "clear").waitFor();

  await page.locator("#mark-text").fill("here it went wrong");
  await page.getByRole("button", { name: "Mark", exact: true }).click();
  await row(page, "mark: here it went wrong").click();
  await page.getByRole("heading", { name: /^Mark at/ }).waitFor();

  await row(page, "by fault").locator("[data-fault]").click();
  await page.locator("#details-json", { hasText: '"name": "fail"' }).waitFor();
  assert.deepEqual(JSON.parse(await page.locator("#details-json").textContent()).arguments, { point: "mk_token", how: [how] });
  await row(page, "GET mk_token").click();
  await page.locator("#details-list").getByRole("button", { name: /^\d: fail mk_token/ }).click();
  await page.locator("#details-json", { hasText: '"name": "fail"' }).waitFor();
}

// What `serve --open` shows, what a page alone shows, and what a file shows that is opened in a console: the same, to be looked at.
async function is_shown(page, count) {
  await page.locator("#shown-count", { hasText: new RegExp(`^${count} records$`) }).waitFor();
  await row(page, "notification IM").click();
  await page.getByRole("heading", { name: /^Record \d+ at/ }).waitFor();
  await page.getByRole("button", { name: ALICE }).getByText("connected").waitFor();
  for (const name of ["Cut", "Push", "Add fault", "Go offline", "Pause"]) assert.equal(await page.getByRole("button", { name, exact: true }).isVisible(), false, name);
  await page.getByLabel("Filter the timeline").fill("subscribe");
  await page.locator("#shown-count", { hasText: /^1 of/ }).waitFor();
  await page.getByLabel("Filter the timeline").fill("");
}

export async function a_saved_journal_opens_to_be_looked_at(test) {
  const live = await open(test);
  await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("send", { user: ALICE, message: { notificationMessage: { eventType: "IM", text: "</script><img src=x>$&" } } });
  await row(live, "notification IM").waitFor();
  await live.getByRole("button", { name: ALICE }).getByText("connected").waitFor();
  const folder = await mkdtemp(join(tmpdir(), "kandy-saved-"));
  const file = (name) => join(folder, name);
  try {
    const text = await kept(live, "Journal (JSON)");
    const count = JSON.parse(text).records.length;
    await writeFile(file("journal.json"), text);
    await live.getByRole("button", { name: "Keep …" }).click();
    await live.locator("#keep-form").selectOption({ label: "Page (HTML)" });
    const [saved] = await Promise.all([live.waitForEvent("download"), live.getByRole("button", { name: "Save as a file" }).click()]);
    await saved.saveAs(file("journal.html"));
    await live.locator("#keep-close").click();

    const server = await serve(process.env.KANDY_PROGRAM, 0, "--open", file("journal.json"));
    const asked = [];
    test.context.on("request", (request) => asked.push(request.url()));
    for (const address of [server.url, `file://${file("journal.html")}`]) {
      const page = await test.context.newPage();
      page.setDefaultTimeout(20_000);
      await page.goto(address);
      await page.getByText("Saved journal", { exact: true }).waitFor();
      await is_shown(page, count);
      assert.equal(await page.locator("img[src=x]").count(), 0);
      // Sessions can be taken from it as from what is live.
      await passes(await kept(page, "Scenario (Rhai)"));
      await page.close();
    }
    assert.deepEqual(asked.filter((url) => !url.startsWith("data:")), [`${server.url}/`, `file://${file("journal.html")}`], "nothing is asked of anybody");
    await server.stop();

    await live.getByRole("button", { name: "Keep …" }).click();
    await writeFile(file("none.json"), '{"records": [{"seq": 0}]}');
    await live.locator("#open").setInputFiles(file("none.json"));
    await live.getByText("none.json: it is not a journal: `records[0]` is not a record").waitFor();
    await live.locator("#open").setInputFiles(file("journal.json"));
    await live.getByText("journal.json", { exact: true }).waitFor();
    await test.act("clear");
    await is_shown(live, count);
  } finally {
    await rm(folder, { recursive: true });
  }
}
