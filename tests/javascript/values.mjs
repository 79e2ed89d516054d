// What JavaScript makes of values: takes one JSON text a line, tells for each what it is, as one JSON text a line.
import { createInterface } from "node:readline";

const attempt = (make) => {
    try {
        return make();
    } catch (error) {
        return `${error.name}: ${error.message}`;
    }
};

// As the SDK writes queries.
const encode = (value) => encodeURIComponent(value).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
const pair = (name, value) => (value === null ? encode(name) : `${encode(name)}=${encode(value)}`);
const query = (parameters) => {
    const names = Object.keys(parameters).sort();
    const pairs = names.flatMap((name) => {
        const value = parameters[name];
        return Array.isArray(value) ? value.map((element) => pair(name, element)).join("&") : [pair(name, value)];
    });
    return names.length > 0 ? `?${pairs.filter((text) => text !== "").join("&")}` : "";
};

// As a browser converts the delay of a timer.
const timeout = (delay) => Math.max(0, Number(delay) | 0);

let before;
const out = [];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    let value;
    try {
        value = JSON.parse(line);
    } catch {
        out.push('"no JSON"');
        continue;
    }
    const text = String(value);
    const told = [
        text,
        String(Number(value)),
        Boolean(value),
        JSON.stringify(value),
        timeout(value),
        attempt(() => query(value)),
        text.toUpperCase(),
        [before].includes(value),
        before === value,
        [value].includes(value),
    ];
    out.push(JSON.stringify(told));
    before = value;
}
process.stdout.write(`${out.join("\n")}\n`);
