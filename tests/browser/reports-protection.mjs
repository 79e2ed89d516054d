// What is in a report cannot do anything in it; and everybody can read it, however much it is.
import assert from "node:assert/strict";
import { findings } from "./protection.mjs";
import { entry, report, SCENARIOS } from "./reports.mjs";

const HOSTILE = `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script></script><!--`;

export async function hostile_texts_stay_texts_in_a_report(test) {
  const told = JSON.stringify(HOSTILE).replaceAll("`", "\\`");
  const long = "w".repeat(3_000);
  const script = [
    `// ${HOSTILE}`, "// tags: live, <b>tag", `let name = ${told};`, "platform.addUser(name, name);",
    'let kandy = create(#{}, "client@+");', "kandy.connect(#{ username: name, password: name });",
    "waitUntil(|| kandy.getConnection().isConnected);", "print(name);", 'print("turned\\u202e around\\u2028next");',
    `print("${long}");`, "platform.send(name, #{ notificationMessage: #{ eventType: name } });",
    'kandy.waitFor("notification:received");', `fail(name + "\\n" + "${long}");`,
  ].join("\n");
  const { page, text } = await report(test, { "evil\u202e<img src=x>": script });
  await page.locator(".problem-card h3", { hasText: HOSTILE }).waitFor();
  await page.locator("#case-title").getByText("evil\\u{202e}<img src=x>").waitFor();
  await page.locator("#records .step", { hasText: "turned\\u{202e} around\\u{2028}next" }).waitFor();
  await page.locator(".lane-name", { hasText: "client@+" }).waitFor();
  await page.locator(".tag", { hasText: "<b>tag" }).waitFor();
  await page.locator("#records .step", { hasText: "notification" }).first().click();
  await page.locator("#record-json", { hasText: "onerror" }).waitFor();
  assert.equal(await page.locator("img[src=x], i:not([class]):not(#lane-lines *), b b").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `a long word makes the page ${overflow} px too wide at ${width}`);
  }
  assert.equal(text.match(/<script/g).length, text.match(/<\/script>/g).length, "no text ends an element of its data");
  assert.ok(!/[\u2028\u2029]/.test(text));
}

// Even markup could do nothing: the policy is the page's own.
export async function a_report_runs_no_other_code_and_loads_nothing(test) {
  const { page } = await report(test, SCENARIOS);
  const did = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "globalThis.hacked = true";
    document.body.append(script);
    const frame = document.createElement("img");
    frame.setAttribute("onerror", "globalThis.hacked = true");
    const outcome = await new Promise((come) => {
      frame.addEventListener("error", () => come("refused"));
      frame.addEventListener("load", () => come("loaded"));
      frame.src = "https://127.0.0.1:1/x.png";
    });
    const fetched = await fetch("https://127.0.0.1:1/").then(() => "loaded", () => "refused");
    return { hacked: globalThis.hacked, outcome, fetched };
  });
  assert.deepEqual(did, { hacked: undefined, outcome: "refused", fetched: "refused" });
  assert.ok(test.complaints.length >= 3 && test.complaints.every((text) => /Content Security Policy|Refused/.test(text)), test.complaints.join("\n"));
  // The attempts are complained of by the browser, as they should be.
  test.complaints.length = 0;
}

export async function a_report_is_accessible(test) {
  const name = "login/drops";
  const scripts = { ...SCENARIOS, [name]: SCENARIOS[name].replace("advance", "kandy.disconnect();\nadvance") };
  const { page } = await report(test, scripts, { first: { [name]: SCENARIOS[name] } });
  const found = [];
  for (const [shown, step] of [["broken", ""], ["soft", "auth:change"], ["drops", "DELETE unsubscribe"]]) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await entry(page, shown).click();
    await page.locator("#case-title", { hasText: shown }).waitFor();
    if (step) await page.locator("#records .step", { hasText: step }).first().click();
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 800 });
        found.push(...(await findings(page)).map((finding) => `${shown}, ${colorScheme}, ${width}: ${finding}`));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `it is ${overflow} px too wide at ${width}`);
      }
    }
  }
  await page.evaluate(() => (location.hash = ""));
  await entry(page, "broken").waitFor();
  found.push(...(await findings(page)));
  assert.deepEqual(found, []);
}

export async function a_report_is_printed_whole(test) {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`many/n${number}`, "assert(true);\n"]));
  const { page } = await report(test, { ...SCENARIOS, ...many });
  await entry(page, "broken").waitFor();
  assert.ok(await page.locator(".entry").count() < 306, "what is out of sight is not there yet");
  await page.pdf();
  assert.equal(await page.locator(".entry").count(), 306);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#filter").isVisible(), false);
  const cut = await page.locator("#cases-box").evaluate((box) => box.scrollHeight - box.clientHeight);
  assert.ok(cut <= 0, `${cut} px of the list are cut off`);
}
