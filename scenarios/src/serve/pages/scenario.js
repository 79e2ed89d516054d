// The session of a user as a scenario: a Rhai script that does the same once more, and checks that the same comes of it.
import { printable } from "./printable.js";
import { rhai } from "./rhai.js";
import { session } from "./session.js";

const PASSWORD = "s3cret";
// How long a script waits for what came at once.
const PATIENCE = 60_000;
const EXPIRES = 3600;
const SERVICES = ["call", "IM", "Presence"];

export function scenario(records, user) {
  const { clients, account, ...seen } = session(records, user);
  const { steps, requests } = withSignOuts(seen);
  const start = steps.find(({ does }) => does === "connect")?.time ?? 0;
  const { services, tokenLifetime, subscriptionLifetime } = account;
  const options = Object.fromEntries(Object.entries({ services, tokenLifetime, subscriptionLifetime }).filter(([, value]) => value !== undefined));
  const lines = [
    `// What the console of \`kandy-harness serve\` has seen of ${printable(user)}. The password is made up, since no journal has any.`,
    `let user = ${rhai(user)};`,
    `let password = ${rhai(PASSWORD)};`,
    `platform.addUser(user, password${Object.keys(options).length > 0 ? `, ${rhai(options)}` : ""});`,
  ];
  const writing = { lines, made: new Set(), passwords: 0 };
  for (const step of steps) {
    lead(lines, step, start);
    lines.push(...written(step, writing));
  }
  lines.push("", ...ending(requests, clients, writing));
  if (lines.some((line) => line.includes("seen("))) lines.push("", ...SEEN);
  if (lines.some((line) => line.includes("reach("))) lines.push("", ...REACH);
  return `${lines.join("\n")}\n`;
}

// A page can be left without a word, but a client of a script that is destroyed signs out: one request more.
function withSignOuts({ steps, requests }) {
  const all = [...requests];
  let more = 0;
  const moved = steps.map((step) => {
    const before = step.before + more;
    if (step.leavesSession) all.splice(before, 0, "unsubscribe 200"), more += 1;
    return { ...step, before };
  });
  return { steps: moved, requests: all };
}

const SEEN = [
  "// Waits until so many requests have come.",
  "fn seen(user, count, within) {",
  "    waitUntil(|| platform.requests(#{ user: user }).len() >= count, within);",
  "}",
];
const REACH = [
  "// Lets time pass until then, in milliseconds since the start, and whatever happens come to its end.",
  "fn reach(time) {",
  "    advance(if now() < time { time - now() } else { 0 });",
  "}",
];

// What the client has done before a step; where it was still at it, the step comes right in between.
function lead(lines, { time, before, isSettled }, start) {
  const from = Math.max(0, Math.round(time - start));
  if (before === 0 && from === 0) return;
  lines.push("");
  if (isSettled) lines.push(`reach(${from});`);
  else if (before > 0) lines.push(`seen(user, ${before}, ${from + PATIENCE});`);
}

const named = (client) => (client === 0 ? "kandy" : `kandy${client + 1}`);

function written(step, writing) {
  const name = named(step.client);
  if (step.does === "command") return command(step, writing);
  if (step.does !== "connect") return [`${name}.${step.does}();${step.leavesSession ? " // The page was left; a destroyed client signs out." : ""}`];
  const { asked, how, client } = step;
  const lines = [];
  if (!writing.made.has(client)) lines.push(`let ${name} = create(${[configuration(asked), client === 0 ? "" : rhai(name)].filter(Boolean).join(", ")});`);
  writing.made.add(client);
  if (how.endsWith("Token")) lines.push("let tokens = platform.issueToken(user);");
  const secret = { password: "password: password", wrong: 'password: "wrong"' }[how] ?? `${how}: tokens.${how}`;
  const options = { ...(asked.forceLogOut !== undefined && { forceLogOut: String(asked.forceLogOut) === "true" }), ...(asked.clientCorrelator !== undefined && { clientCorrelator: asked.clientCorrelator }) };
  lines.push(`${name}.connect(#{ username: user, ${secret} }${Object.keys(options).length > 0 ? `, ${rhai(options)}` : ""});`);
  return lines;
}

// What the application was configured with, where that is not what Kandy.js has by default.
function configuration({ expires = EXPIRES, service = SERVICES }) {
  const given = { ...(expires !== EXPIRES && { expires }), ...(JSON.stringify(service) !== JSON.stringify(SERVICES) && { service }) };
  return Object.keys(given).length > 0 ? rhai({ authentication: { subscription: given } }) : "#{}";
}

// The arguments of commands in the order of the script's functions, and whether the last of them are one map.
const POSITIONS = {
  setOptions: [[], true], grantServices: [["services"]], anyUser: [["enabled"]], fail: [["point", "how"]], clear: [["point"]],
  close: [["code", "reason"]], send: [["message"]], sendRaw: [["text"]], gone: [[], true], tokenLifetime: [["lifetime"]],
  answerPings: [["enabled"]], latency: [["latency"]],
};

function command({ name, given }, writing) {
  if (name === "setPassword") {
    writing.passwords += 1;
    return [`password = ${rhai(`${PASSWORD}-${writing.passwords}`)};`, "platform.setPassword(user, password);"];
  }
  if (name === "addUser") return ["platform.addUser(user, password);"];
  if (name === "issueToken") return [];
  const { user, ...rest } = given;
  const cut = Object.entries(rest).find(([key, value]) => (typeof value === "string" && (value.endsWith("…") || value === "***")) || key === "base64");
  if (cut) return [`// ${name}: the journal does not have all of its argument \`${cut[0]}\`.`];
  const [positions = [], hasMap] = POSITIONS[name] ?? [];
  const values = hasMap ? [rest].filter((map) => Object.keys(map).length > 0) : positions.filter((key) => key in rest).map((key) => rest[key]);
  if (name === "tokenLifetime" && values.length === 0) values.push(null);
  return [`platform.${name}(${[...(user === undefined ? [] : ["user"]), ...values.map(rhai)].join(", ")});`];
}

// How it has to end: with the same requests, the same answers, and clients that are connected or not.
function ending(requests, clients, { made }) {
  const lines = [`seen(user, ${requests.length}, ${PATIENCE});`, "advance(1);"];
  if (requests.length === 0) lines.length = 0;
  const list = requests.length === 0 ? "[]" : `[\n${requests.map((one) => `    ${rhai(one)},`).join("\n")}\n]`;
  lines.push(`assertEq(platform.requests(#{ user: user }).map(|request| \`\${request.point} \${request.answered}\`), ${list});`);
  clients.forEach(({ state, isConnected }, client) => {
    if (made.has(client) && state === "out") lines.push(`assert(!${named(client)}.getConnection().isConnected);`);
    if (made.has(client) && isConnected) lines.push(`assert(${named(client)}.getConnection().isConnected);`);
  });
  return lines;
}
