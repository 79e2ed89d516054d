// The session of a user as a test for Playwright, against a server that `kandy-harness serve -- npx playwright test` starts.
import { json, printable } from "./printable.js";
import { session } from "./session.js";

const HEAD = `// What the console of kandy-harness serve has seen of a user. Run it with: kandy-harness serve -- npx playwright test
${"import"} { expect, test } from "@playwright/test";

const { KANDY_URL, KANDY_CONTROL_URL, KANDY_CONTROL_TOKEN } = process.env;

async function admin(path, given) {
  const headers = { Authorization: \`Bearer \${KANDY_CONTROL_TOKEN}\`, "Content-Type": "application/json" };
  const asked = given === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(given) };
  const answer = await fetch(\`\${KANDY_CONTROL_URL}/\${path}\`, asked);
  const body = await answer.json();
  if (!answer.ok) throw new Error(\`\${path}: \${JSON.stringify(body)}\`);
  return body;
}

// How your application signs in and out: here it is the quickstart page.
async function signIn(page, username, password) {
  if (!page.url().startsWith(KANDY_URL)) await page.goto(\`\${KANDY_URL}/quickstart\`);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Login" }).click();
}

async function signOut(page) {
  await page.getByRole("button", { name: "Logout" }).click();
}
`;

// `isManual` tells whether the platform's clock is moved by hand: then the test moves it as it was moved.
export function playwright(records, user, isManual) {
  const { steps, requests } = session(records, user);
  const name = json(user);
  const lines = [
    `test(${json(`what ${printable(user)} has seen`)}, async ({ context, page }) => {`,
    `  const user = ${name};`,
    '  const password = "s3cret";',
    '  await admin("addUser", { user, password }).catch(() => admin("setPassword", { user, password }));',
    '  const { next: since } = await admin("journal");',
    "  const seen = async () => (await admin(`journal?since=${since}`)).records",
    '    .filter((record) => record.user === user && ["request", "upgrade"].includes(record.kind) && record.point !== "other")',
    "    .map(({ point, answered }) => `${point} ${answered}`);",
    "  const seenSoFar = (count) => expect.poll(async () => (await seen()).length).toBeGreaterThanOrEqual(count);",
  ];
  const writing = { pages: new Map(), last: steps.find(({ does }) => does === "connect")?.time ?? 0, awaited: 0 };
  for (const step of steps) lines.push(...before(step, writing, isManual), ...written(step, writing).map((line) => `  ${line}`));
  if (requests.length > 0) lines.push(`  await seenSoFar(${requests.length});`);
  lines.push(`  expect(await seen()).toEqual(${json(requests, 2).replaceAll("\n", "\n  ")});`, "});");
  return `${HEAD}\n${lines.join("\n")}\n`;
}

function before({ before: count, time }, writing, isManual) {
  const lines = count > writing.awaited ? [`  await seenSoFar(${count});`] : [];
  if (isManual && time > writing.last) lines.push(`  await admin("advance", { by: ${time - writing.last} });`);
  [writing.awaited, writing.last] = [Math.max(count, writing.awaited), Math.max(time, writing.last)];
  return lines;
}

function written({ does, client, how, name, given }, { pages }) {
  const page = client <= 0 ? "page" : `page${client + 1}`;
  if (does === "disconnect") return [`await signOut(${page});`];
  if (does === "destroy") return [`await ${page}.close();`];
  if (does === "command") return ["addUser", "setPassword", "issueToken"].includes(name) ? [`// ${name} was called here; the journal has no secrets.`] : [`await admin(${json(name)}, ${json(given)});`];
  const lines = pages.has(client) || client <= 0 ? [] : [`const ${page} = await context.newPage();`];
  pages.set(client, page);
  if (how.endsWith("Token")) lines.push("// The application signed in with a token here.");
  return [...lines, `await signIn(${page}, user, ${how === "wrong" ? '"wrong"' : "password"});`];
}
