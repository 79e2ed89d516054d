// The console when its connection breaks, and when the server behind it is another one.
import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { control } from "./chromium.mjs";
import { open } from "./console.mjs";
import { serve } from "./server.mjs";

const row = (page, text) => page.getByRole("row").filter({ hasText: text });

// Another address of loopback: Linux has many, other systems may have only two.
const NEAR = process.platform === "linux" ? { address: "127.0.0.2", host: "127.0.0.2" } : { address: "::1", host: "[::1]" };

// A network between the browser and the server, which can be broken: the same port at another address.
async function network({ hostname, port }) {
  const connections = new Set();
  const passOn = (near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      connections.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => connections.delete(from) && to.destroy());
    }
  };
  const server = createServer(passOn);
  const repair = () => new Promise((done) => server.listen(Number(port), NEAR.address, done));
  const breakDown = () => new Promise((done) => {
    server.close(done);
    for (const connection of connections) connection.destroy();
  });
  await repair();
  return { url: `http://${NEAR.host}:${port}`, breakDown, repair };
}

// What has happened meanwhile is there afterwards, and nothing is there twice.
export async function a_feed_that_breaks_comes_back(test) {
  const between = await network(new URL(test.url));
  const page = await open({ context: test.context, url: between.url });
  await row(page, "addUser").waitFor();
  await between.breakDown();
  await page.getByText("Connection lost", { exact: true }).waitFor();
  await test.act("clear");
  await between.repair();
  await row(page, "clear").waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await test.act("answerPings", { enabled: true });
  await row(page, "answerPings").waitFor();
  const { records } = await test.look("journal");
  await page.locator("#shown-count", { hasText: new RegExp(`^${records.length} records$`) }).waitFor();
  assert.equal(await row(page, "clear").count(), 1);
  await page.close();
  await between.breakDown();
}

// Its cookie is of no use then. So it is for whoever opens the console from another machine, who gets none.
export async function a_server_that_was_started_again_asks_for_its_token({ context }) {
  const program = process.env.KANDY_PROGRAM;
  const first = await serve(program, 0);
  const page = await open({ context, url: first.url });
  await first.stop();
  await page.getByText("Connection lost", { exact: true }).waitFor();
  const second = await serve(program, Number(new URL(first.url).port));
  try {
    await page.getByRole("heading", { name: "The console needs the token of this server" }).waitFor();
    await page.getByText("Locked", { exact: true }).waitFor();
    await page.getByLabel("Token").fill(first.token);
    await page.getByRole("button", { name: "Open the console" }).click();
    await page.locator("#unlock-error", { hasText: "token" }).waitFor();
    await page.getByLabel("Token").fill(second.token);
    await page.getByRole("button", { name: "Open the console" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Go offline", exact: true }).click();
    await page.getByRole("button", { name: "Go online", pressed: true }).waitFor();
    assert.equal((await control(second).look("state")).settings.offline, true);
  } finally {
    await second.stop();
  }
}
