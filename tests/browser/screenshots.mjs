// Makes the pictures of the README: node tests/browser/screenshots.mjs [KANDY-HARNESS [FOLDER [all]]]
// With `all` they are made in both color schemes, and wide and narrow.
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { control, launch, signIn } from "./chromium.mjs";
import { serve } from "./server.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [program = `${root}target/debug/kandy-harness`, folder = `${root}docs/images`, all] = process.argv.slice(2);
const SCHEMES = all ? ["light", "dark"] : ["light"];
const WIDTHS = all ? [1280, 390] : [1280];

const USERS = ["alice@example.com", "bob@example.com", "carol@example.com"];

// A morning at the platform: sessions, a fault that is hit, a cut socket that comes back, a notification.
async function happen(context, server) {
  const { act } = control(server);
  const [alice, bob] = USERS;
  const first = await signIn(context, server.url, alice, "secret");
  await act("advance", { by: "4s" });
  await act("fail", { point: "subscribe", how: { status: 503, times: 1 } });
  const second = await context.newPage();
  await second.goto(`${server.url}/quickstart`);
  await second.getByLabel("User name").fill(bob);
  await second.getByLabel("Password").fill("secret");
  await second.getByRole("button", { name: "Login" }).click();
  await second.getByText("Connect error").waitFor();
  await act("advance", { by: "6s" });
  await second.getByRole("button", { name: "Login" }).click();
  await second.getByText("Connected: true").waitFor();
  await act("advance", { by: "7s" });
  await act("send", { user: alice, message: { notificationMessage: { eventType: "IM", imParams: { msgText: "Hello" } } } });
  await first.getByText("Notification:").waitFor();
  await act("advance", { by: "5s" });
  await act("cut", { user: bob });
  await act("advance", { by: "3s" });
  await second.getByText("Websocket state changed.").nth(1).waitFor();
  await act("fail", { point: "resubscribe", how: [{ delay: "3s", times: 2 }, { status: 500 }] });
  await act("advance", { by: "9s" });
  return first;
}

// The report of a run of bundled scenarios, after two of them have been changed: in one the platform refuses a socket, so that
// it is unlike its snapshot, and in the other a check is wrong.
async function makeReport(folder) {
  const scenarios = join(folder, "scenarios");
  for (const theme of ["connect", "drop", "resubscribe", "subscribe", "websocket"]) await cp(`${root}scenarios/scripts/${theme}`, join(scenarios, theme), { recursive: true });
  const change = async (name, before, after) => {
    const path = join(scenarios, `${name}.rhai`);
    await writeFile(path, (await readFile(path, "utf8")).replace(before, after));
  };
  await change("drop/reconnect", "platform.cut", 'platform.fail("websocket", #{ status: 503, times: 1 });\nplatform.cut');
  await change("connect/wrong-password", "authentication:9", "authentication:4");
  spawnSync(resolve(program), ["run", "scenarios", "--report", "html=report.html"], { cwd: folder });
  return pathToFileURL(join(folder, "report.html")).href;
}

// The matrix of the quickstart, whose findings nobody has accepted.
async function makeExploration(folder) {
  const scenarios = join(folder, "explored");
  await mkdir(scenarios, { recursive: true });
  await cp(`${root}scenarios/scripts/connect/quickstart.rhai`, join(scenarios, "quickstart.rhai"));
  spawnSync(resolve(program), ["explore", "explored", "--report", "html=explored.html"], { cwd: folder });
  return pathToFileURL(join(folder, "explored.html")).href;
}

async function look(page, name, scheme, width, height) {
  const suffix = all ? `-${width}-${scheme}` : "";
  await page.bringToFront();
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: width === 390 ? 844 : height });
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  if (name === "console" && width !== 390) await page.getByRole("row", { selected: true }).scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${folder}/${name}${suffix}.png`, fullPage: Boolean(all) && width === 390 });
  process.stdout.write(`${folder}/${name}${suffix}.png\n`);
}

await mkdir(folder, { recursive: true });
const temporary = await mkdtemp(join(tmpdir(), "kandy-pictures-"));
const server = await serve(program, 0, "--clock", "manual", ...USERS.flatMap((user) => ["--user", `${user}:secret`]));
const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const quickstart = await happen(context, server);
  const console = await context.newPage();
  await console.goto(server.url);
  await console.getByText("Live", { exact: true }).waitFor();
  const row = console.getByRole("row").filter({ hasText: "POST subscribe503" });
  await row.waitFor();
  await row.click();
  const report = await context.newPage();
  await report.goto(`${await makeReport(temporary)}#scenario=drop%2Freconnect`);
  await report.locator("#records .step").first().waitFor();
  const explored = await context.newPage();
  await explored.goto(`${await makeExploration(temporary)}#scenario=quickstart`);
  await explored.locator('[data-schedule="open 1: late by 5001ms"]').click();
  for (const scheme of SCHEMES) {
    for (const width of WIDTHS) {
      await look(console, "console", scheme, width, 860);
      await look(quickstart, "quickstart", scheme, width, 800);
      await look(report, "report", scheme, width, 1_180);
      await look(explored, "explore", scheme, width, 1_180);
    }
  }
} finally {
  await browser.close();
  await server.stop();
  await rm(temporary, { recursive: true });
}
