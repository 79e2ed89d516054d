// What others cannot do: texts from the wire, and pages of other origins. And what everybody can: read the pages.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { signIn } from "./chromium.mjs";

const ALICE = "alice@example.com";
const HOSTILE = `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>`;

async function harmless(page, ...texts) {
  for (const text of texts) await page.getByText(text, { exact: false }).first().waitFor({ state: "attached" });
  assert.equal(await page.locator("img[src=x], script:not([src])").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
}

export async function hostile_texts_stay_texts(test) {
  const { act } = test;
  const console = await test.context.newPage();
  await console.goto(test.url);
  await act("addUser", { user: HOSTILE, password: HOSTILE });
  await act("addUser", { user: "turned\u202e around", password: "s3cret" });
  await console.getByRole("button", { name: "turned\\u{202e} around" }).waitFor();
  await act("fail", { point: "mk_token", how: [{ status: 401, json: { error: { human: HOSTILE } }, times: 1 }, { delay: 0 }] });

  const page = await test.context.newPage();
  await page.goto(`${test.url}/quickstart`);
  await page.getByLabel("User name").fill(HOSTILE);
  await page.getByLabel("Password").fill(HOSTILE);
  await page.getByRole("button", { name: "Login" }).click();
  await harmless(page, `Connect error: There was an error connecting. Error: ${HOSTILE} (authentication:9)`);

  await signIn(test.context, test.url, ALICE, "s3cret");
  await act("send", { user: ALICE, message: { notificationMessage: { eventType: HOSTILE, [HOSTILE]: HOSTILE } } });
  await act("sendRaw", { user: ALICE, text: HOSTILE });
  await act("fail", { point: "other", how: { body: HOSTILE, type: "text/html" } });
  await fetch(`${test.url}/rest/${encodeURIComponent(HOSTILE)}?${encodeURIComponent(HOSTILE)}=${encodeURIComponent(HOSTILE)}`, { headers: { "X-Cpaas-Agent": HOSTILE } });
  await harmless(console, HOSTILE);
  await console.getByRole("row").filter({ hasText: `← ${HOSTILE}` }).waitFor();
  await console.getByRole("button", { name: HOSTILE }).click();
  await console.locator("#faults li", { hasText: "<img src=x" }).first().waitFor();
  await console.locator("#rows").focus();
  await console.keyboard.press("End");
  await console.locator("#details-json", { hasText: "img" }).waitFor();
  await harmless(console, HOSTILE);
}

// Controls that turn the text around them, and a character that hides in it.
const TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b";
const TURNED = `eve\u202egpj.exe${TURNING}`;
const ESCAPED = [...TURNED].map((one) => (one > "~" ? `\\u{${one.codePointAt(0).toString(16)}}` : one)).join("");

// Whatever a page shows, says to a screen reader, or has in a field to be edited. What was typed is the user's own.
function seen(page) {
  return page.evaluate(() => {
    const texts = [document.title, document.body.innerText, ...(globalThis.drawn ?? [])];
    for (const node of document.querySelectorAll("body *")) {
      texts.push(...["title", "aria-label", "alt", "placeholder"].map((name) => node.getAttribute(name) ?? ""));
      if (node.matches("textarea")) texts.push(node.value);
      if (node.matches("option")) texts.push(node.label);
    }
    return texts;
  });
}

export async function what_turns_or_hides_text_is_shown(test) {
  const { act } = test;
  const console = await test.context.newPage();
  // What is drawn is not an element.
  await console.addInitScript(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    globalThis.drawn = [];
    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
      globalThis.drawn.push(text);
      fillText.call(this, text, ...where);
    };
  });
  await console.goto(test.url);
  await act("addUser", { user: TURNED, password: "s3cret" });
  await act("fail", { point: "mk_token", how: [{ status: 401, json: { error: { human: TURNED } }, times: 1, user: TURNED }, { delay: 0 }] });
  const page = await test.context.newPage();
  await page.goto(`${test.url}/quickstart`);
  await page.getByLabel("User name").fill(TURNED);
  await page.getByLabel("Password").fill("s3cret");
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText(`Connect error: There was an error connecting. Error: ${ESCAPED} (authentication:9)`).waitFor();
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connected: true").waitFor();
  await act("send", { user: TURNED, message: { notificationMessage: { eventType: TURNED, [TURNED]: TURNED } } });
  await page.getByText("Notification: ").waitFor();
  await fetch(`${test.url}/rest/${encodeURIComponent(TURNED)}?${encodeURIComponent(TURNED)}=${encodeURIComponent(TURNED)}`);

  await console.getByRole("button", { name: ESCAPED }).click();
  assert.equal(await console.locator("#target").inputValue(), TURNED, "it is acted on by its own name");
  await console.locator("#fail-user").selectOption({ index: 1 });
  await console.locator("#faults li", { hasText: "mk_token" }).waitFor();
  const notification = console.getByRole("row").filter({ hasText: `notification ${ESCAPED.slice(0, 20)}` });
  await notification.click();
  await console.locator("#details-json", { hasText: "\\u202e" }).waitFor();
  await console.locator("#filter").fill(ESCAPED);
  await notification.waitFor();
  await console.locator("#filter").fill("");
  await console.getByRole("button", { name: "Cut", exact: true }).click();
  await console.getByText(`${ESCAPED}: sockets cut`).waitFor();
  await console.waitForFunction((name) => globalThis.drawn.some((text) => text.startsWith(name)), ESCAPED.slice(0, 11));

  const fault = JSON.parse(await console.locator("#fail-json").inputValue());
  assert.equal(fault.user, TURNED, "a fault that reads as it is still is the same");
  for (const shown of [console, page]) {
    const turned = (await seen(shown)).filter((text) => [...TURNING].some((control) => text.includes(control)));
    assert.deepEqual(turned.map((text) => JSON.stringify(text)), []);
  }
}

export async function no_password_of_a_body_is_shown(test) {
  const HIDDEN = "hunter2-hidden";
  const console = await test.context.newPage();
  await console.goto(test.url);
  await signIn(test.context, test.url, ALICE, "s3cret");
  const message = { notificationMessage: { eventType: "IM", deep: [{ PassWord: HIDDEN, client_secret: [HIDDEN] }] } };
  await test.act("send", { user: ALICE, message });
  await test.act("sendRaw", { user: ALICE, text: `{"pass\\u0077ord":"${HIDDEN}","a":"{\\"pwd\\":\\"${HIDDEN}` });
  await test.act("sendRaw", { user: ALICE, text: `user=alice&password=${HIDDEN}` });
  await test.act("fail", { point: "other", how: { json: { deep: { password: HIDDEN } } } });
  await console.locator("#faults li", { hasText: "***" }).waitFor();
  await fetch(`${test.url}/rest/version/1/user/${ALICE}/subscription`, { method: "POST", body: JSON.stringify({ a: { password: HIDDEN } }) });
  const form = console.getByRole("row").filter({ hasText: "← user=alice&password=***" });
  await form.click();
  await console.locator("#details-json", { hasText: "password=***" }).waitFor();
  await console.locator("#rows").focus();
  for (const key of ["End", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"]) {
    await console.keyboard.press(key);
    assert.ok(!(await seen(console)).some((text) => text.includes(HIDDEN)), `it is shown after ${key}`);
  }
  assert.ok(!JSON.stringify(await test.look("journal")).includes(HIDDEN));
}

// A page of another origin, on another port.
async function elsewhere(body, use) {
  const server = createServer((_, answer) => answer.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><title>Elsewhere</title>${body}`));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

export async function a_page_of_another_origin_signs_in(test) {
  const { hostname, port } = new URL(test.url);
  await elsewhere(`<script src="${test.url}/kandy/stand-in.js"></script>`, async (address) => {
    const page = await test.context.newPage();
    await page.goto(address);
    const heard = await page.evaluate(([server, port, username]) => new Promise((done) => {
      const there = (protocol) => ({ protocol, server, port: Number(port) });
      const kandy = Kandy.create({ authentication: { subscription: there("http"), websocket: there("ws") } });
      const heard = [];
      kandy.on("auth:error", ({ error }) => {
        heard.push(`${error.message} (${error.code})`);
        kandy.connect({ username, password: "s3cret" });
      });
      kandy.on("auth:change", () => {
        heard.push(kandy.getConnection().isConnected);
        if (kandy.getConnection().isConnected) kandy.disconnect();
        else if (!kandy.getConnection().isPending && heard.includes(true)) done(heard);
      });
      kandy.connect({ username, password: "wrong" });
    }), [hostname, port, ALICE]);
    const refused = "There was an error connecting. Error: Incorrect username or password. (authentication:9)";
    assert.deepEqual(heard, [false, refused, false, true, true, false]);
  });
}

// It may make the browser load the console, so that it has the cookie, but not use it.
export async function a_page_of_another_origin_cannot_act(test) {
  const console = await test.context.newPage();
  await console.goto(test.url);
  await console.getByText("Live", { exact: true }).waitFor();
  const cookies = await test.context.cookies(`${test.url}/__admin/`);
  assert.deepEqual(cookies.map(({ httpOnly, sameSite, path }) => [httpOnly, sameSite, path]), [[true, "Strict", "/__admin/"]]);
  assert.equal(await console.evaluate(() => document.cookie), "");
  const before = (await test.look("state")).journal.next;

  await elsewhere(`<iframe src="${test.url}/"></iframe><form method="post" enctype="text/plain" action="${test.url}/__admin/offline"><input name="{}"></form>`, async (address) => {
    const page = await test.context.newPage();
    await page.goto(address);
    assert.equal(await page.locator("iframe").contentFrame().locator("h2").count(), 0, "it is not framed");
    const outcomes = await page.evaluate(async (url) => {
      const outcome = (options) => fetch(`${url}/__admin/offline`, { method: "POST", credentials: "include", ...options }).then(({ type }) => type, () => "refused");
      return [
        await outcome({ headers: { "Content-Type": "application/json" }, body: "{}" }),
        await outcome({ headers: { "Content-Type": "text/plain" }, body: "{}" }),
        await outcome({ mode: "no-cors", body: "{}" }),
        await fetch(`${url}/__admin/state`, { credentials: "include" }).then(() => "read", () => "refused"),
      ];
    }, test.url);
    assert.deepEqual(outcomes, ["refused", "refused", "refused", "refused"]);
    await Promise.all([page.waitForURL("**/__admin/offline"), page.evaluate(() => document.forms[0].submit())]);
    assert.match(await page.locator("body").textContent(), /another origin may not use the control interface/);
  });
  assert.equal((await test.look("state")).settings.offline, false, "nothing has happened");
  const { records } = await test.look(`journal?since=${before}`);
  assert.ok(records.length > 0 && records.every(({ kind, what }) => kind === "refused" && what === "origin"), "but that it was refused");
  // The attempts are complained of by the browser, as they should be.
  test.complaints.length = 0;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function findings(page) {
  // What axe looks at is the page as it is shown; what is still fading would have half its colors.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
  assert.ok(passes.length > 20, "it has looked");
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

export async function both_pages_are_accessible(test) {
  const quickstart = await signIn(test.context, test.url, ALICE, "s3cret");
  await test.act("fail", { point: "subscribe", how: { status: 500 } });
  await test.act("cut", { user: ALICE });
  const console = await test.context.newPage();
  await console.goto(test.url);
  await console.getByRole("row").filter({ hasText: "WS-2 open" }).waitFor();
  await console.getByRole("row").filter({ hasText: "broken off" }).click();
  await console.getByRole("button", { name: "Clear all faults" }).click();
  await console.getByText("all faults cleared").waitFor();
  const found = [];
  for (const [page, name] of [[console, "console"], [quickstart, "quickstart"]]) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 800 });
        found.push(...(await findings(page)).map((finding) => `${name}, ${colorScheme}, ${width}: ${finding}`));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width}`);
      }
    }
  }
  await console.getByRole("button", { name: "Keyboard shortcuts" }).click();
  found.push(...(await findings(console)));
  assert.deepEqual(found, []);
}

// Whoever uses the keyboard alone reaches everything, and sees where they are.
export async function the_focus_is_seen_wherever_it_goes(test) {
  for (const path of ["/", "/quickstart"]) {
    const page = await test.context.newPage();
    await page.goto(test.url + path);
    await page.locator("button:visible").first().waitFor();
    const reached = new Set();
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press("Tab");
      const { what, isSeen } = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const what = document.activeElement === document.body ? "" : document.activeElement.id || document.activeElement.textContent.trim();
        return { what, isSeen: outlineStyle !== "none" && outlineWidth !== "0px" };
      });
      if (what === "" || reached.has(what)) break;
      assert.ok(isSeen, `the focus is not seen at ${what}`);
      reached.add(what);
    }
    const wanted = path === "/" ? ["rows", "filter", "pause", "target", "push-message", "fail-json", "offline", "help"] : ["username", "password", "login", "messages"];
    assert.deepEqual(wanted.filter((id) => !reached.has(id)), [], `reached: ${[...reached].join(", ")}`);
  }
}
