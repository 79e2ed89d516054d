// Reports of more than anyone reads.
import assert from "node:assert/strict";
import { entry, report } from "./reports.mjs";

const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// Bounds are generous, as those of the console are: what is to be found is work that grows, not a slow machine.
export async function a_thousand_scenarios_are_usable(test) {
  const connect = (number) => `// tags: t${number % 7}\nplatform.addUser("alice", "s3cret");\nlet kandy = create();\nkandy.connect(#{ username: "alice", password: "s3cret" });\nwaitUntil(|| kandy.getConnection().isConnected);\nkandy.disconnect();\nadvance("1h");\nassert(${number % 100 !== 99});\n`;
  const scripts = Object.fromEntries(Array.from({ length: 1_000 }, (_, number) => [`set-${Math.floor(number / 100)}/n${number}`, connect(number)]));
  const start = { at: 0 };
  const { page, size } = await report(test, scripts, { before: async () => { start.at = Date.now(); } });
  await page.locator("#records .step").first().waitFor();
  const usable = Date.now() - start.at;
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  const filtered = [];
  for (const text of ["n", "n9", "n99", "t3", ""]) {
    const before = Date.now();
    await page.getByLabel("Filter by name, tag or message").fill(text);
    await drawn(page);
    filtered.push(Date.now() - before);
  }
  await page.locator("#cases").focus();
  await page.keyboard.press("End");
  await entry(page, "n998").waitFor();
  filtered.sort((one, other) => one - other);
  process.stdout.write(`${JSON.stringify({ size, usable, elements, filtered })}\n`);
  assert.ok(size < 20_000_000, `${size} bytes`);
  assert.ok(elements < 4_000, `${elements} elements, data and all`);
  assert.ok(usable < 10_000, `it is usable after ${usable} ms`);
  assert.ok(filtered[2] < 1_000, `a filter takes ${filtered[2]} ms`);
}

export async function a_hundred_thousand_records_are_bounded(test) {
  const script = "for n in 0..99_000 { print(`line ${n}`); }\nassert(false);\n";
  const { page, size } = await report(test, { long: script });
  await page.locator("#happened-count", { hasText: "99,000 records" }).waitFor();
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  await page.getByRole("button", { name: "To the end" }).click();
  await page.locator("#record-title", { hasText: "Record 99,000 at" }).waitFor();
  await page.locator("#records .step", { hasText: "line 98999" }).waitFor();
  await page.locator("#records").press("Home");
  for (let press = 0; press < 49; press += 1) await page.keyboard.press("PageDown");
  await page.getByText("97,000 records more, left out here").waitFor();
  assert.ok(size < 2_000_000, `${size} bytes`);
  assert.ok(elements < 2_000, `${elements} elements`);
}
