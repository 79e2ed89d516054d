// The page of an exploration: the matrix of its runs, and each of them beside the undisturbed one.
import assert from "node:assert/strict";
import { findings } from "./protection.mjs";
import { report } from "./reports.mjs";

const FLOW = {
  "my login": `// Signs in and out.
platform.addUser("alice", "s3cret");
let kandy = create();
kandy.connect(#{ username: "alice", password: "s3cret" });
waitUntil(|| kandy.getConnection().isConnected);
kandy.disconnect();
waitUntil(|| !kandy.getConnection().isConnected && !kandy.getConnection().isPending);
`,
};
const explored = (test, options = []) => report(test, FLOW, { command: "explore", options });
const cell = (page, schedule) => page.locator(`#matrix [data-schedule="${schedule}"]`);
const active = (page) => page.evaluate(() => document.activeElement.dataset.schedule);

export async function a_run_of_the_matrix_stands_beside_the_undisturbed_one(test) {
  const { page, asked } = await explored(test);
  await page.getByText("44 do not").waitFor();
  assert.equal(await page.locator("#matrix tbody tr").count(), 10, "a row for each message");
  assert.deepEqual((await page.locator("#matrix tbody th").allInnerTexts()).slice(0, 3), ["mk_token request 1", "mk_token answer 1", "subscribe request 1"]);
  assert.match(await page.locator("#matrix-legend").innerText(), /as undisturbed \(\d+\)[^]*another outcome \(\d+\)[^]*a finding \(44\)/);
  await page.getByRole("heading", { name: "What happened, undisturbed" }).waitFor();

  await cell(page, "open 1: late by 5001ms").click();
  assert.equal(await page.locator("#chosen-title").innerText(), "open 1: late by 5001ms");
  assert.match(await page.locator("#chosen-outcome").innerText(), /a finding: passes; .*socket left open/);
  assert.equal(await page.locator("#chosen-command").innerText(), `kandy-harness explore 'scenarios/my login.rhai' --at "open 1: late by 5001ms"`);
  assert.deepEqual(await page.locator(".heads .side").allInnerTexts(), ["undisturbed", "open 1: late by 5001ms"]);
  await page.locator(".changed .new .line", { hasText: "fault" }).filter({ hasText: "open 1: late by 5001ms" }).waitFor();
  await page.getByRole("heading", { name: "What happened: open 1: late by 5001ms" }).waitFor();
  await page.locator("#records .step.faults", { hasText: "late by 5001ms" }).waitFor();
  assert.deepEqual(await page.locator(".lane-name").allInnerTexts(), ["Script", "kandy", "REST", "Websocket", "Faults"]);

  // Those that ended alike have one example, which is named.
  await cell(page, "open 1: late by 3600001ms").click();
  assert.match(await page.locator("#chosen-example").innerText(), /What is shown is open 1: late by 5001ms, the example of the 2 runs/);
  assert.match(await page.locator("#chosen-command").innerText(), /--at "open 1: late by 3600001ms"$/);
  await page.getByRole("button", { name: "The undisturbed run" }).click();
  await page.getByRole("heading", { name: "What happened, undisturbed" }).waitFor();
  assert.equal(asked.filter((url) => !url.startsWith("data:")).length, 1, asked.join("\n"));
}

export async function the_matrix_is_walked_by_keys(test) {
  const { page } = await explored(test);
  await cell(page, "mk_token request 1: lost").waitFor();
  assert.equal(await page.locator('#matrix [tabindex="0"]').count(), 1, "one stop on the way of the tab key");
  await page.locator('#matrix [tabindex="0"]').focus();
  assert.equal(await active(page), "mk_token request 1: lost");
  await page.keyboard.press("ArrowDown");
  assert.equal(await active(page), "mk_token answer 1: lost");
  await page.keyboard.press("ArrowRight");
  assert.equal(await active(page), "mk_token answer 1: fails");
  await page.keyboard.press("End");
  assert.equal(await active(page), "mk_token answer 1: outage 90s");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await active(page), "mk_token request 1: lost", "there is nothing above");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "What happened: mk_token request 1: lost" }).waitFor();
  assert.equal(await page.locator("#chosen-title").innerText(), "mk_token request 1: lost");
}

export async function findings_and_pairs_lead_to_their_runs(test) {
  const without = ["late", "outage", "answered", "socket", "push"].flatMap((family) => ["--without", family]);
  const { page } = await explored(test, ["--pairs", ...without]);
  const finding = page.locator("#found summary", { hasText: "connect() does nothing any more" });
  assert.equal(await finding.locator("code").innerText(), "mk_token request 1: lost", "its smallest");
  await finding.click();
  await page.locator("#found details[open] .way").first().click();
  assert.equal(await page.locator("#chosen-title").innerText(), "mk_token request 1: lost");
  await page.locator("#found details[open] .way", { hasText: /^lost/ }).first().click();
  assert.ok((await page.locator("#matrix .linked").count()) > 1, "its cells are marked");
  assert.equal(await active(page), await page.locator("#chosen-title").innerText());
  await page.locator("#pairs summary").click();
  const pair = page.locator("#pairs .way").first();
  const schedule = (await pair.locator("span").last().innerText()).trim();
  assert.match(schedule, /; /);
  await pair.click();
  assert.equal(await page.locator("#chosen-title").innerText(), schedule);
}

export async function a_matrix_is_accessible_in_light_and_dark(test) {
  const { page } = await explored(test);
  await cell(page, "open 1: late by 5001ms").click();
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      found.push(...(await findings(page)).map((finding) => `${colorScheme}, ${width}: ${finding}`));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `it is ${overflow} px too wide at ${width}`);
    }
  }
  assert.deepEqual(found, []);
}
