/**
 * The cash desk beside the unpaid bills: what is to be paid adds up at once, the change is told while cash is typed,
 * and a method's key puts the cursor where its figures go. The server reckons everything again.
 */
import { fenFrom, plain, yuan } from "./cash/amounts.js";
import { workRows } from "./cash/deposits.js";
import { beginSplit, showSplit } from "./cash/split.js";
import { goOn, payAhead, showWish, wish } from "./cash/wish.js";

const form = document.getElementById("cash-form");
const field = (name) => form?.elements.namedItem(name);
const [tendered, expected, reference, payer, payerName] = ["tendered", "expected_fen", "reference", "payer", "payer_name"].map(field);
const methods = field("method");
const keep = form?.querySelector("[data-keep-change]");
let shown = null; // what was to be paid when the figures were last reckoned

function showAll() {
  showWish();
  if (!form) return;
  const { ticked, now } = wish();
  if (shown !== null && tendered.value === plain(shown)) tendered.value = plain(now); // the exact sum stays exact
  shown = now;
  expected.value = ticked;
  form.querySelector("[data-panel=split]").dataset.now = now;
  showFigures(now);
}

function showFigures(now) {
  const given = fenFrom(tendered.value);
  const { change } = form.elements;
  const [label] = change.labels;
  const short = given === null || given < now;
  change.classList.toggle("short", short);
  change.value = given === null ? "" : yuan(Math.abs(given - now));
  label.textContent = short ? label.dataset.short : label.dataset.enough;
  keep.disabled = short || given === now;
  const { held } = wish();
  const left = Number(form.querySelector("[data-balance]").dataset.balance) - now;
  form.querySelector("[data-now]").textContent = yuan(now);
  form.querySelector("[data-left]").textContent = left < 0 ? `−${yuan(-left)}` : yuan(left);
  form.querySelector("[data-too-little]").hidden = held > 0 || left >= 0;
  form.querySelector("[data-no-deposit]").hidden = !held;
  if (methods.value === "split") showSplit(now);
}

function showMethod() {
  const { settled, now } = wish();
  const wanted = methods.value || "none";
  for (const panel of form.querySelectorAll("[data-panel]")) panel.hidden = !panel.dataset.panel.split(" ").includes(wanted);
  field("received_on").disabled = wanted !== "transfer"; // only a transfer arrived before it is seen
  if (wanted === "cash" && !tendered.value) tendered.value = plain(now);
  if (wanted === "split") beginSplit(settled);
  showFigures(now);
}

function typeFigures() {
  const places = { cash: tendered, split: form.querySelector("[data-panel=split] input"), prepayment: form.querySelector(".pay .btn") };
  const figures = places[methods.value] ?? reference;
  figures.focus();
  figures.select?.();
}

function keepChange() {
  const change = fenFrom(tendered.value) - wish().now;
  if (change > 0) payAhead(change);
  tendered.focus();
}

const charges = document.querySelector("[data-charges]");
for (const kind of ["change", "input"]) charges.addEventListener(kind, showAll);
workRows(charges, goOn);

if (form) {
  for (const label of form.querySelectorAll(".method")) {
    label.addEventListener("click", (event) => {
      if (event.target === label.control || label.control.disabled) return; // chosen with the arrows: the focus stays among the methods
      event.preventDefault();
      label.control.checked = true;
      showMethod();
      typeFigures();
    });
  }
  form.addEventListener("change", ({ target }) => target.name === "method" && showMethod());
  form.addEventListener("input", () => showFigures(wish().now));
  tendered.addEventListener("input", (event) => {
    if (event.isComposing || !/[+＋]$/.test(tendered.value)) return;
    tendered.value = tendered.value.slice(0, -1);
    keepChange();
  });
  keep.addEventListener("click", keepChange);
  payer.addEventListener("change", () => {
    payerName.hidden = payer.value !== "";
    if (!payerName.hidden) payerName.focus();
  });
  showAll();
  showMethod();
  if ("refused" in form.dataset && methods.value) typeFigures();
}
