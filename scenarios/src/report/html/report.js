// The report of a run: all cases beside the one that is looked at.
import { CaseView } from "./case.js";
import { Cases } from "./cases.js";
import { index, readCase, run } from "./data.js";
import { at } from "./element.js";
import { printable } from "./printable.js";
import { rank, statusOf } from "./statuses.js";
import { showSummary } from "./summary.js";

// As the style sheet has it: below, list and case are not beside each other.
const isNarrow = matchMedia("(max-width: 900px)");

const view = new CaseView();
const cases = new Cases(index, { onChoose: (number, how) => choose(number, how), onEnter: (number) => enter(number) });

let shown = -1;

// Shows a case, and names it in the address, so that it can be kept and gone back to.
function choose(number, how) {
  // Who moves through the list by keys is to stay there.
  if (isNarrow.matches && how === "key") return;
  if (isNarrow.matches) location.hash = addressOf(index[number]);
  else history.replaceState(null, "", addressOf(index[number])), show(number);
}

async function enter(number) {
  if (isNarrow.matches) location.hash = addressOf(index[number]);
  await show(number);
  at("case").focus();
}

async function show(number) {
  if (shown === number) return;
  shown = number;
  cases.choose(number);
  const { name } = index[number];
  document.title = `${printable(name)} · Report · kandy-harness`;
  const found = await readCase(number);
  // Another may have been chosen meanwhile.
  if (shown !== number) return;
  if (found) view.show(found);
  else view.lack(name);
}

function addressOf({ name }) {
  return `#scenario=${encodeURIComponent(name)}`;
}

let listScroll = 0;

// Shows what the address names.
function follow() {
  const number = index.findIndex((entry) => addressOf(entry) === location.hash);
  const { dataset } = document.body;
  if (dataset.view === "list") listScroll = scrollY;
  dataset.view = number === -1 ? "list" : "case";
  if (isNarrow.matches) scrollTo(0, number === -1 ? listScroll : 0);
  if (number !== -1) return show(number);
  if (!isNarrow.matches && index.length > 0 && shown === -1) show(worst());
}

// What a reader looks for first: the first of those that ended worst.
function worst() {
  const isBad = ({ status }) => ["bad", "warning"].includes(statusOf(status).tone);
  let best = index.findIndex(isBad);
  index.forEach((entry, number) => {
    if (isBad(entry) && rank(entry.status) < rank(index[best].status)) best = number;
  });
  return Math.max(best, 0);
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select") !== null;
  if (event.key === "Escape" && isTyping && event.target.value === "") at("cases").focus();
  else if (event.key === "Escape") view.closeRecord();
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  at("filter").focus();
});
at("back").addEventListener("click", () => (location.hash = ""));
addEventListener("hashchange", follow);
isNarrow.addEventListener("change", follow);

showSummary(run, index);
follow();
