// One record in full.
import { at, clock, element, tell } from "./element.js";
import { printable, printableLines } from "./printable.js";

// More of a record than this is for the JSON report.
const MOST_CHARACTERS = 100_000;

export class RecordView {
  constructor({ onClose }) {
    this.onClose = onClose;
    at("record-close").addEventListener("click", () => this.close());
  }

  show({ record, index }, offset) {
    const { at: time, who, title, result, text, detail } = record;
    tell(at("record-title"), `Record ${(index + 1 + offset).toLocaleString("en")} at ${clock(time * 1000)}`);
    const pairs = [
      ["What", [title, result].filter(Boolean).join(", ")],
      ["Who", who],
      ["Request", detail.method && detail.url && `${detail.method} ${detail.url}`],
      ["Transcript", text],
    ];
    const told = pairs.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, printable(value))]);
    const body = detail.body?.text;
    if (body) told.push(element("dt", {}, bodyName(detail.body)), element("dd", {}, element("pre", {}, printableLines(pretty(body)))));
    at("record-list").replaceChildren(...told);
    at("record-json").textContent = shortened(printableLines(JSON.stringify(record, undefined, 2)));
    at("record").hidden = false;
  }

  close() {
    if (at("record").hidden) return;
    at("record").hidden = true;
    this.onClose();
  }
}

function bodyName({ bytes, isWhole }) {
  if (isWhole) return "Body";
  return bytes === null ? "Body, its beginning" : `Body, the beginning of ${bytes.toLocaleString("en")} bytes`;
}

// JSON is shown in lines; what is none, or has been cut off, as it is.
function pretty(body) {
  try {
    return shortened(JSON.stringify(JSON.parse(body), undefined, 2));
  } catch {
    return shortened(body);
  }
}

function shortened(text) {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
