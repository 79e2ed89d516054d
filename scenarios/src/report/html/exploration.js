// What an exploration found: findings, the matrix of its runs, and one of these beside the undisturbed run.
import { at, element, plural, tell } from "./element.js";
import { ENDS, Matrix } from "./matrix.js";
import { printable } from "./printable.js";
import { showSides } from "./sides.js";

export class ExplorationView {
  // `onRun(run)` hears of the records that are to be drawn; `undefined` stands for those of the undisturbed run.
  constructor({ onRun }) {
    this.onRun = onRun;
    this.matrix = new Matrix({ onChoose: (schedule) => this.choose(schedule) });
    at("copy").addEventListener("click", () => this.copy());
    at("to-undisturbed").addEventListener("click", () => {
      at("to-undisturbed").hidden = true;
      onRun(undefined);
      at("records").focus({ preventScroll: true });
    });
  }

  show({ exploration, records, path, name, states }) {
    at("exploration").hidden = !exploration;
    at("chosen").hidden = at("to-undisturbed").hidden = true;
    this.found = exploration;
    if (!exploration) return;
    [this.records, this.path, this.name] = [records, path, name];
    const { runs, notRun, withFinding, messages, outcomes, command } = exploration;
    const cut = notRun > 0 ? `, ${plural(notRun, "run")} not made` : "";
    const ends = command ? "" : `, ${plural(outcomes.length, "outcome")}`;
    tell(at("exploration-count"), `${plural(messages, "message")}, ${plural(runs, "run")}${cut}${ends}: ${(runs - withFinding).toLocaleString("en")} end well, ${withFinding.toLocaleString("en")} do not`);
    this.ends = endsOf(exploration);
    this.showFindings(exploration);
    this.showLegend(exploration);
    this.matrix.show(exploration);
    this.showPairs(exploration);
    this.showStates(states);
  }

  // The picture is the command's own: it is made of what it knows, and of no text that a script or a platform has said.
  showStates(states) {
    at("states").hidden = !states;
    const { documentElement } = new DOMParser().parseFromString(states ?? "<svg/>", "image/svg+xml");
    at("states-picture").replaceChildren(...(states ? [document.importNode(documentElement, true)] : []));
  }

  showLegend({ cells }) {
    const parts = Object.entries(ENDS).map(([end, { word, sign }]) => {
      const count = cells.filter((cell) => cell.end === end).length;
      return element("span", {}, element("i", { className: `cell ${end}`, "aria-hidden": "true" }, sign), `${word} (${count.toLocaleString("en")})`);
    });
    at("matrix-legend").replaceChildren(...(cells.length > 0 ? parts : []));
  }

  // The groups of the console. A line of one leads to the runs that it is about, and the first to the smallest.
  showFindings({ findings, changes }) {
    const groups = findings.map(({ finding, count, smallest, ways }) => {
      const lines = ways.map(({ label, count, schedules }) => {
        const button = element("button", { type: "button", className: "way" }, element("span", {}, printable(label)), element("b", {}, count.toLocaleString("en")));
        button.addEventListener("click", () => this.link(schedules));
        return element("li", {}, button);
      });
      const least = smallest === null ? [] : [this.smallest(smallest)];
      const summary = element("summary", {}, element("span", {}, printable(finding)), element("b", {}, count.toLocaleString("en")), ...(smallest === null ? [] : [element("code", {}, printable(smallest))]));
      return element("details", {}, summary, element("ul", {}, ...least, ...lines));
    });
    at("found").replaceChildren(...groups, ...changed(changes));
  }

  smallest(schedule) {
    const button = element("button", { type: "button", className: "way" }, element("span", {}, `the smallest: ${printable(schedule)}`));
    button.addEventListener("click", () => this.link([schedule]));
    return element("li", {}, button);
  }

  showPairs({ pairs, morePairs }) {
    at("pairs").hidden = pairs.length === 0 && morePairs === 0;
    at("pairs").open = false;
    tell(at("pairs-title"), `${plural(pairs.length, "pair")} that ${pairs.length === 1 ? "brings" : "bring"} what neither half does${morePairs > 0 ? `, and ${morePairs.toLocaleString("en")} more that are not listed` : ""}`);
    const lines = pairs.map(({ schedule, end }) => {
      const button = element("button", { type: "button", className: "way" }, element("i", { className: `cell ${end}`, "aria-hidden": "true" }, ENDS[end].sign), element("span", { className: "hidden" }, `${ENDS[end].word}: `), element("span", {}, printable(schedule)));
      button.addEventListener("click", () => this.choose(schedule));
      return element("li", {}, button);
    });
    at("pairs-list").replaceChildren(...lines);
  }

  link(schedules) {
    const first = this.matrix.link(schedules);
    if (first) this.matrix.focus(first);
    const schedule = first?.dataset.schedule ?? schedules.find((schedule) => schedule !== "");
    if (schedule) this.choose(schedule);
  }

  // Shows a run beside the undisturbed one: itself, or the example of those that ended as it did.
  choose(schedule) {
    const { end, outcome } = this.ends.get(schedule) ?? { end: "finding", outcome: null };
    const { outcomes, examples } = this.found;
    const known = outcomes[outcome];
    const example = examples[known?.example ?? -1];
    this.matrix.mark(schedule, outcome);
    at("chosen").hidden = false;
    tell(at("chosen-title"), printable(schedule));
    at("chosen-outcome").replaceChildren(element("i", { className: `cell ${end}`, "aria-hidden": "true" }, ENDS[end].sign), ` ${ENDS[end].word}${known ? `: ${printable(known.text)}` : ""}`);
    tell(at("chosen-example"), shownBy(schedule, example, known));
    const replay = this.found.command ? `--at "${schedule}" -- ${this.name}` : `${word(this.path)} --at "${schedule}"`;
    tell(at("chosen-command"), `kandy-harness explore ${replay}`);
    tell(at("copy"), "Copy");
    this.run(example);
    at("chosen").scrollIntoView({ block: "nearest" });
  }

  run(example) {
    at("to-undisturbed").hidden = !example;
    at("difference").hidden = !example;
    if (!example) return this.onRun(undefined);
    const { schedule, same, records, more } = example;
    const all = [...this.records.slice(0, same), ...records];
    const text = (records) => records.map(({ text }) => text).join("\n");
    showSides("Beside the undisturbed run", { oldName: "undisturbed", newName: printable(schedule), old: text(this.records), new: text(all), isCut: more > 0 });
    this.onRun({ records: all, left: more > 0 ? { after: all.length, count: more } : null, title: schedule });
  }

  async copy() {
    const text = at("chosen-command").textContent;
    try {
      await navigator.clipboard.writeText(text);
      tell(at("copy"), "Copied");
    } catch {
      // Without the permission it is chosen, for who looks at the page to copy.
      getSelection().selectAllChildren(at("chosen-command"));
    }
  }
}

// How each run ended, by its schedule.
function endsOf({ moments, acts, cells, pairs }) {
  const singles = cells.map(({ moment, act, outcome, end }) => [`${moments[moment]}: ${acts[act].act}`, { outcome, end }]);
  return new Map([...singles, ...pairs.map(({ schedule, outcome, end }) => [schedule, { outcome, end }])]);
}

// Which run is shown. One is kept of those that ended alike.
function shownBy(schedule, example, known) {
  if (!example) return "No run with this outcome is kept in this file: the line below shows it.";
  if (example.schedule === schedule) return "What is shown is this run.";
  return `What is shown is ${printable(example.schedule)}, the example of the ${plural(known.runs, "run")} that ended alike.`;
}

function changed(changes) {
  if (!changes) return [];
  const list = (lines, more, sign, word) => [...lines.map((line) => element("li", {}, `${sign} ${printable(line)}`)), ...(more > 0 ? [element("li", {}, `${sign} and ${more.toLocaleString("en")} more that are ${word}`)] : [])];
  const lines = [...list(changes.new, changes.moreNew, "+", "new"), ...list(changes.gone, changes.moreGone, "−", "gone")];
  if (lines.length === 0) return [element("p", { className: "muted" }, "All of this is accepted.")];
  return [element("p", {}, "Not what is accepted:"), element("ul", { className: "changed-lines" }, ...lines)];
}

// A word as a shell takes it for one, and a command for a path: what begins with a dash would be an option.
function word(path) {
  const here = path.startsWith("-") ? `./${path}` : path;
  return /^[\w/.+@,=-]+$/.test(here) ? here : `'${here.replaceAll("'", "'\\''")}'`;
}
