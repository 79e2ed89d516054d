// A report made by the command: what it shows, and how people get at it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const USER = 'platform.addUser("alice", "s3cret");\nlet kandy = create();\n';
const CONNECT = `${USER}kandy.connect(#{ username: "alice", password: "s3cret" });\nwaitUntil(|| kandy.getConnection().isConnected);\n`;

// A scenario for each way to end, and what makes one differ.
export const SCENARIOS = {
  "login/connects": `// Signs in.\n// tags: login, quick\n${CONNECT}assert(true);\n`,
  "login/drops": `// A drop is mended.\n// tags: drop\n${CONNECT}platform.cut("alice");\nkandy.waitFor("ws:change");\nadvance("30m");\n`,
  "login/fails": `// The wrong name.\n// tags: login\n${CONNECT}assertEq(kandy.getUserInfo().username, "bob");\n`,
  "login/soft": `${CONNECT}soft(|| assert(kandy.getConnection().isPending));\nsoft(|| assertEq(1, 2));\n`,
  "broken": "kandi.connect();\n",
  "skipped": 'skip("needs a moon");\n',
};

// Runs the command in a folder with these scripts, and gives the page of its report with what was asked for meanwhile.
export async function report({ context, complaints }, scripts, { before = async () => {}, options = [], first = [], command = "run" } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "kandy-report-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const write = (files) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, "scenarios", `${name}.rhai`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  };
  const run = (...more) => spawnSync(process.env.KANDY_PROGRAM, [command, "scenarios", ...more], { cwd: folder, encoding: "utf8" });
  write(first);
  if (Object.keys(first).length > 0) run("--update");
  write(scripts);
  const { status, stderr } = run("--report", "html=report.html", ...(command === "run" ? ["--no-strict"] : []), ...options);
  assert.ok(status !== null && status < 2 || status === 3, `${status}: ${stderr}`);
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.setDefaultTimeout(20_000);
  await before(page);
  const file = join(folder, "report.html");
  await page.goto(pathToFileURL(file).href);
  return { page, asked, size: statSync(file).size, text: readFileSync(file, "utf8") };
}

export const entry = (page, name) => page.locator(".entry").filter({ hasText: name });
const record = (page, text) => page.locator("#records .step").filter({ hasText: text });

export async function a_report_opens_at_what_went_worst(test) {
  const { page, asked } = await report(test, SCENARIOS);
  await page.getByRole("heading", { name: "1 broken 2 failed 2 passed 1 skipped of 6 scenarios" }).waitFor();
  await page.getByRole("heading", { name: "broken", exact: false, level: 2 }).nth(1).waitFor();
  assert.equal(await page.locator(".entry").first().getAttribute("aria-selected"), "true");
  await page.locator(".problem-card").getByText("there is no variable").waitFor();
  await page.locator(".source pre", { hasText: "kandi.connect();" }).waitFor();
  assert.equal(await page.locator("#happened").isVisible(), false, "nothing has happened in it");
  assert.deepEqual(asked.filter((url) => !url.startsWith("data:")).length, 1, asked.join("\n"));
}

// A failed check: its message, the line of the script, its parts, and the records up to it.
export async function a_failed_check_is_shown_with_what_led_to_it(test) {
  const { page } = await report(test, SCENARIOS);
  await entry(page, "soft").click();
  await page.locator(".problem-card").nth(1).waitFor();
  const [first, second] = await page.locator(".problem-card").allInnerTexts();
  assert.match(first, /the assertion does not hold[\s\S]*soft\.rhai:5:\d+[\s\S]*soft\(\|\| assert\(kandy\.getConnection\(\)\.isPending\)\)[\s\S]*isPending false/);
  assert.match(second, /actual: +1\s+expected: +2/);
  const rows = await page.locator("#records .step").allInnerTexts();
  assert.match(rows.at(-3), /auth:change\s+connected/);
  assert.match(rows.at(-1), /values differ/);
  assert.deepEqual(await page.locator(".lane-name").allInnerTexts(), ["Script", "kandy", "REST", "Websocket", "Faults"]);
  assert.equal(await page.locator("#records .arrow.rest").count(), 4, "two requests, and their answers");
}

export async function a_difference_stands_side_by_side(test) {
  const name = "login/drops";
  const now = SCENARIOS[name].replace("advance", 'print("one more");\nkandy.disconnect();\nadvance');
  const { page } = await report(test, { [name]: now }, { first: { [name]: SCENARIOS[name] } });
  await page.getByRole("heading", { name: "Difference" }).waitFor();
  await page.locator(".heads").getByText("snapshot").waitFor();
  await page.locator(".heads").getByText("this run").waitFor();
  await page.locator(".changed .new .line", { hasText: "one more" }).waitFor();
  const [before, after] = await page.locator(".same").first().locator(".side").evaluateAll((sides) => sides.map((side) => side.getBoundingClientRect().x));
  assert.ok(after > before + 200, `the sides are beside each other: ${before}, ${after}`);
  const rows = await page.locator(".pair").count();
  await page.locator(".fold").first().click();
  assert.ok(await page.locator(".pair").count() > rows, "equal lines come out");
  // Where there is no room, they are below each other.
  await page.setViewportSize({ width: 390, height: 800 });
  await entry(page, "drops").click();
  assert.equal(await page.locator(".same .new").first().isVisible(), false);
  assert.equal(await page.locator(".changed .new .line", { hasText: "one more" }).isVisible(), true);
}

export async function what_is_unlike_in_live_is_shown_against_sim(test) {
  const unlike = "// tags: live\nlet kandy = create();\nadvance(5);\nif now() - 5 > 0 { kandy.disconnect(); } else { kandy.connect(#{}); }\n";
  const { page } = await report(test, { unlike }, { options: ["--live"] });
  await page.getByRole("heading", { name: "What kandy heard" }).waitFor();
  assert.deepEqual(await page.locator(".heads .side").allInnerTexts(), ["Sim", "Live"]);
  await page.locator(".changed .old .line", { hasText: "auth:error" }).waitFor();
  await page.getByText("Live: on real sockets").waitFor();
}

export async function records_are_looked_into_by_mouse_and_keys(test) {
  const { page } = await report(test, SCENARIOS);
  await entry(page, "drops").click();
  await record(page, "PUT resubscribe").first().waitFor();
  await record(page, "POST subscribe").nth(1).click();
  await page.locator("#record-title", { hasText: "Record 7 at 0:00:00.000" }).waitFor();
  const json = JSON.parse(await page.locator("#record-json").textContent());
  assert.deepEqual([json.kind, json.result, json.detail.status], ["reply", "200", 200]);
  await page.locator("#record-list").getByText("subscribeResponse").waitFor();
  const chosen = () => page.locator("#records .step[aria-selected=true]");
  const isClear = await chosen().evaluate((row) => row.getBoundingClientRect().bottom <= document.querySelector("#record").getBoundingClientRect().top);
  assert.ok(isClear, "what is chosen is not covered by what it says");

  await page.keyboard.press("ArrowDown");
  await page.locator("#record-title", { hasText: "Record 8 at" }).waitFor();
  assert.equal(await page.locator("#records").getAttribute("aria-activedescendant"), await chosen().getAttribute("id"));
  await page.keyboard.press("End");
  await page.locator("#record-title", { hasText: "at 0:30:00.000" }).waitFor();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "record");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#record").isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), "records");

  // The chart leads to what happened at a time.
  const { width } = await page.locator("#chart-canvas").boundingBox();
  await page.locator("#chart-canvas").click({ position: { x: width - 12, y: 20 } });
  await page.locator("#record-title", { hasText: "at 0:30:00.000" }).waitFor();
}

export async function scenarios_are_filtered_and_put_in_order(test) {
  const { page } = await report(test, SCENARIOS);
  const names = () => page.locator(".entry .name").allInnerTexts();
  assert.deepEqual(await names(), ["broken", "login/fails", "login/soft", "login/connects", "login/drops", "skipped"]);
  await page.keyboard.press("/");
  await page.keyboard.type("LOGIN bob");
  assert.deepEqual(await names(), [], "bob is only in the message of a check");
  await page.getByText("No scenario meets the filter.").waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await page.getByLabel("Filter by name, tag or message").fill("values differ");
  assert.deepEqual(await names(), ["login/fails"]);
  await page.getByLabel("Filter by name, tag or message").fill("");
  await page.getByRole("button", { name: "failed 2" }).click();
  await page.getByRole("button", { name: "broken 1" }).click();
  assert.deepEqual(await names(), ["broken", "login/fails", "login/soft"]);
  await page.locator("#count", { hasText: "3 of 6 scenarios" }).waitFor();
  await page.getByRole("button", { name: "failed 2", pressed: true }).click();
  await page.getByRole("button", { name: "broken 1", pressed: true }).click();
  await page.getByLabel("Tag", { exact: true }).selectOption("login");
  assert.deepEqual(await names(), ["login/fails", "login/connects"]);
  await page.getByLabel("Tag", { exact: true }).selectOption("");
  await page.getByLabel("Order", { exact: true }).selectOption("longest");
  assert.equal((await names())[0], "login/drops");
  assert.equal(await page.locator(".entry .time").first().innerText(), "30 min");
}

// On a small screen the list comes first, and the browser's own way back leads to it.
export async function a_small_screen_shows_one_thing_at_a_time(test) {
  const { page } = await report(test, SCENARIOS, { before: (page) => page.setViewportSize({ width: 390, height: 800 }) });
  await entry(page, "fails").waitFor();
  assert.equal(await page.locator("#case").isVisible(), false);
  await page.locator("#cases").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("#case-title", { hasText: "login/fails" }).waitFor();
  assert.equal(await entry(page, "fails").isVisible(), false);
  await page.goBack();
  await entry(page, "fails").waitFor();
  await entry(page, "soft").click();
  await page.getByRole("button", { name: "All scenarios" }).click();
  await entry(page, "soft").waitFor();
  // An address names its scenario.
  const address = page.url().split("#")[0];
  await page.goto(`${address}#scenario=login%2Fdrops`);
  await page.locator("#case-title", { hasText: "login/drops" }).waitFor();
}
