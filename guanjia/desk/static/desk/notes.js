/**
 * Cash by denomination: rows and sum add up while pieces are typed, Enter goes to the next field and sends the form
 * after the last piece, arrows move; a form with data-draft is kept on the server as it is typed, but for secrets.
 * The server adds up again.
 */
import { composing, modified } from "../core/js/keyboard.js";

const KEEP_AFTER = 400; // milliseconds without a key
const yuan = (fen) => `${fen < 0 ? "-" : ""}${Math.floor(Math.abs(fen) / 100).toLocaleString("en-US")}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
const piecesIn = (input) => {
  const typed = input.value.normalize("NFKC").trim();
  return /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
};
const fenIn = (input) => piecesIn(input) * Number(input.dataset.fen);
const total = (inputs) => inputs.reduce((sum, input) => sum + fenIn(input), 0);

function addUp(table) {
  const inputs = [...table.querySelectorAll("input[data-fen]")];
  for (const input of inputs) {
    const row = input.closest("td").nextElementSibling?.querySelector("output");
    if (row) row.value = fenIn(input) ? yuan(fenIn(input)) : "";
  }
  for (const sum of table.querySelectorAll("[data-sum]")) {
    const own = sum.dataset.sum ? inputs.filter((input) => input.dataset.desk === sum.dataset.sum) : inputs;
    sum.value = yuan(total(own));
    if (sum.dataset.left) document.getElementById(sum.dataset.left).value = yuan(Number(sum.dataset.drawer) - total(own));
    if (sum.dataset.against) compare(total(own) - Number(sum.dataset.against));
  }
  for (const all of document.querySelectorAll("[data-all]")) all.value = yuan(total(inputs));
}

/** The opening: what differs from what was left asks for its reason. */
function compare(difference) {
  const card = document.querySelector("[data-differs]");
  const told = card?.querySelector("[data-difference]");
  if (!card || card.dataset.first !== undefined) return;
  card.hidden = difference === 0;
  told.textContent = (difference > 0 ? told.dataset.more : told.dataset.less).replace("#", yuan(Math.abs(difference)));
}

function step(event) {
  const { target, key } = event;
  if (!target.matches("input[data-fen]") || composing(event) || modified(event)) return;
  const inputs = [...target.form.querySelectorAll("input[data-fen]")];
  const to = inputs.indexOf(target) + { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[key];
  if (Number.isNaN(to)) return;
  if (key === "Enter" && to === inputs.length) return after(event, target.form);
  event.preventDefault();
  inputs[to]?.focus();
  inputs[to]?.select();
}

/** Past the last piece: on to what is still to be typed, or away with it. */
function after(event, form) {
  const next = [...form.querySelectorAll("input:not([data-fen], [type=hidden], [type=checkbox]), textarea")].find(
    (field) => field.getClientRects().length && !field.value,
  );
  if (!next) return; // the browser sends the form
  event.preventDefault();
  next.focus();
}

function keepDrafts(form) {
  let timer = 0;
  const keep = () => {
    const typed = new FormData(form);
    typed.delete("secret");
    typed.delete("login");
    clearTimeout(timer);
    timer = 0;
    return fetch(form.dataset.draft, { method: "POST", body: typed, keepalive: true }).catch(() => {});
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_AFTER);
  });
  form.addEventListener("submit", () => clearTimeout(timer) || (timer = 0));
  window.addEventListener("pagehide", () => timer && keep());
}

for (const table of document.querySelectorAll("[data-notes]")) {
  addUp(table);
  table.addEventListener("input", () => addUp(table));
}
document.addEventListener("keydown", step);
document.querySelectorAll("form[data-draft]").forEach(keepDrafts);
const first = document.querySelector("input[data-fen]");
if (first && !document.querySelector(".error-summary") && matchMedia("(pointer: fine)").matches) {
  first.focus();
  first.select();
}
