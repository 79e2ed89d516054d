// What can be kept of what happened: in which form, of whom, copied or as a file.
import { at, element, tell } from "./element.js";
import { har } from "./har.js";
import { json } from "./printable.js";
import { playwright } from "./playwright.js";
import { scenario } from "./scenario.js";
import { transcript } from "./transcript.js";

// More is in the file, and not to be looked at.
const MOST_SHOWN = 200_000;

// The page that shows a journal by itself has a place for it.
const PAGE = "/pages/alone.html";
const OPENING = 'type="application/json" id="journal">';
const PLACE = `${OPENING}null<`;

const FORMS = [
  { name: "Journal (JSON)", file: "journal.json", type: "application/json", write: ({ journal }) => `${json(journal, 1)}\n` },
  { name: "Page (HTML)", file: "journal.html", type: "text/html", write: ({ journal, page }) => page.replace(PLACE, () => `${OPENING}${json(journal).replaceAll("<", "\\u003c")}<`) },
  { name: "HTTP archive (HAR)", file: "journal.har", type: "application/json", write: ({ journal, har: options }) => `${json(har(journal.records, options), 1)}\n` },
  { name: "Transcript", file: "transcript.txt", type: "text/plain", write: ({ journal }) => transcript(journal.records) },
  { name: "Scenario (Rhai)", file: "session.rhai", type: "text/plain", ofUser: true, write: ({ all, user }) => scenario(all, user) },
  { name: "Test (Playwright)", file: "session.spec.js", type: "text/javascript", ofUser: true, write: ({ all, user, isManual }) => playwright(all, user, isManual) },
];

export class Keep {
  // `material` gives what there is to be kept, and `say` tells how it went.
  constructor({ material, say }) {
    Object.assign(this, { material, say });
    at("keep-form").replaceChildren(...FORMS.map(({ name }, index) => element("option", { value: String(index) }, name)));
    at("keep").addEventListener("click", () => this.open());
    at("keep-form").addEventListener("change", () => this.write());
    at("keep-what").addEventListener("change", () => this.write());
    at("keep-copy").addEventListener("click", () => this.copy());
    at("keep-file").addEventListener("click", () => this.file());
    at("keep-close").addEventListener("click", () => at("keep-dialog").close());
    at("details-copy").addEventListener("click", () => this.copyText(at("details-json").textContent, "the record is copied"));
  }

  get form() {
    return FORMS[Number(at("keep-form").value)];
  }

  async open() {
    this.all = await this.material();
    // A page without a server has no other one to give away.
    const form = [...at("keep-form").options].find(({ text }) => text === "Page (HTML)");
    form.disabled = this.all.isAlone;
    if (!this.all.isAlone) this.all.page = await fetch(PAGE).then((answer) => answer.text(), () => "");
    at("keep-dialog").showModal();
    this.write();
  }

  // A session is always a user's, with all that it takes; the other forms have what is shown, or everything.
  write() {
    const { form, all } = this;
    at("keep-what").disabled = form.ofUser === true;
    tell(at("keep-user"), form.ofUser ? `of ${all.user || "nobody: there is no user yet"}` : "");
    const records = at("keep-what").value === "shown" ? all.shown : all.records;
    const journal = { kandyHarness: all.version, state: all.state, records };
    this.text = form.ofUser && !all.user ? "" : form.write({ ...all, all: all.records, journal });
    at("keep-text").value = this.text.length > MOST_SHOWN ? `${this.text.slice(0, MOST_SHOWN)}\n…` : this.text;
  }

  copy() {
    this.copyText(this.text, `${this.form.name} is copied`);
  }

  // Only pages of this machine, or over TLS, may write to the clipboard; elsewhere the text is chosen, to be copied by hand.
  async copyText(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      at("keep-text").select();
      this.say("this page may not use the clipboard: copy what is chosen", true);
    }
  }

  file() {
    const address = URL.createObjectURL(new Blob([this.text], { type: this.form.type }));
    const link = element("a", { href: address, download: this.form.file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 0);
  }
}
