// Runs one test of these files in Chromium, against the server that KANDY_SERVER describes, as `serve --json` does:
// node run.mjs NAME. With --list it names all tests.
import { control, launch } from "./chromium.mjs";
import * as breaks from "./breaks.mjs";
import * as console from "./console.mjs";
import * as explored from "./explored.mjs";
import * as kept from "./kept.mjs";
import * as many from "./many.mjs";
import * as protection from "./protection.mjs";
import * as quickstart from "./quickstart.mjs";
import * as reports from "./reports.mjs";
import * as reportsProtection from "./reports-protection.mjs";
import * as reportsScale from "./reports-scale.mjs";
import * as scale from "./scale.mjs";

const { open, ...ofConsole } = console;
const { findings, ...ofProtection } = protection;
const { entry, report, SCENARIOS, ...ofReports } = reports;
const tests = { ...breaks, ...ofConsole, ...explored, ...kept, ...many, ...ofProtection, ...quickstart, ...ofReports, ...reportsProtection, ...reportsScale, ...scale };

// However it hangs, it ends.
const LONGEST = 180_000;

async function run(name) {
  const server = JSON.parse(process.env.KANDY_SERVER);
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ignoreHTTPSErrors: server.url.startsWith("https:") });
  const complaints = [];
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => message.text().includes("Content Security Policy") && complaints.push(message.text()));
  try {
    await tests[name]({ browser, context, complaints, server, url: server.url, ...control(server) });
    if (complaints.length > 0) throw new Error(`the pages complain:\n${complaints.join("\n")}`);
  } finally {
    await browser.close();
  }
}

const [name] = process.argv.slice(2);
if (name === "--list") process.stdout.write(`${Object.keys(tests).join("\n")}\n`);
else if (!Object.hasOwn(tests, name)) throw new Error(`there is no test ${name}`);
else {
  setTimeout(() => {
    process.stderr.write(`${name} has not ended within ${LONGEST} ms\n`);
    process.exit(1);
  }, LONGEST).unref();
  await run(name);
}
