// Debian's chromium, and what the scripts here do with it.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const FOLDERS = (process.env.PATH ?? "").split(delimiter);

export const program = NAMES.flatMap((name) => FOLDERS.map((folder) => join(folder, name))).find(existsSync);

// How long what is bound to come may take. Nothing here waits for a time to pass.
export const DEADLINE = 20_000;

// Starts it, with more arguments of its own if there are any.
export function launch(...more) {
  return chromium.launch({
    executablePath: program,
    chromiumSandbox: false,
    args: [
      "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--no-proxy-server", ...more,
    ],
  });
}

// The control interface, as programs use it.
export function control({ control: address, token }) {
  const ask = async (path, options = {}) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${address}/${path}`, { ...options, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
    return text;
  };
  const json = async (path, options) => JSON.parse(await ask(path, options));
  return { look: (path) => json(path), text: (path) => ask(path), act: (verb, given = {}) => json(verb, { method: "POST", body: JSON.stringify(given) }) };
}

// Signs in on the quickstart page, and gives that page.
export async function signIn(context, url, username, password) {
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE);
  await page.goto(`${url}/quickstart`);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Login" }).click();
  await page.getByText("Connected: true").waitFor();
  return page;
}
