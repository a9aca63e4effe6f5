/**
 * What is to be paid now: the ticked bills, all of them or a part (部分收款), what is left for bills to come
 * (存入预存), and deposits. The first two fields stand behind a button until they are wanted, in its place, so that
 * nothing moves.
 */
import { composing } from "../../core/js/keyboard.js";
import { fenFrom, yuan } from "./amounts.js";
import { deposited } from "./deposits.js";

const charges = document.querySelector("[data-charges]");
const ticks = [...charges.querySelectorAll("input[name=bill]")];
const settle = charges.querySelector("input[name=settle]");
export const prepay = charges.querySelector("input[name=prepay]");

const sum = (boxes) => boxes.reduce((fen, box) => fen + Number(box.dataset.fen), 0);
const typed = (field) => (field?.value ? fenFrom(field.value) : null);

/** What is ticked, what of it is paid now, what is paid ahead, what is held, and what that comes to; in fen. */
export function wish() {
  const ticked = sum(ticks.filter((tick) => tick.checked));
  const settled = typed(settle) ?? ticked;
  const ahead = typed(prepay) ?? 0;
  const held = deposited(charges);
  return { ticked, settled, ahead, held, now: settled + ahead + held };
}

/** Show what is wished for wherever the page tells it. */
export function showWish() {
  const { ticked, settled, ahead, held, now } = wish();
  const tell = (selector, fen) => document.querySelectorAll(selector).forEach((place) => (place.textContent = `¥ ${yuan(fen)}`));
  tell("[data-due]", now);
  tell("[data-total]", ticked);
  for (const place of document.querySelectorAll("[data-in-part]")) place.hidden = settled === ticked;
  for (const place of document.querySelectorAll("[data-ahead]")) place.hidden = !ahead;
  for (const place of document.querySelectorAll("[data-held]")) place.hidden = !held;
  const count = document.querySelector("[data-ticked]");
  if (count) count.textContent = ticks.filter((tick) => tick.checked).length;
  if (settle) settle.ariaInvalid = String(settle.value !== "" && (typed(settle) === null || settled > ticked || !settled));
  if (prepay) prepay.ariaInvalid = String(prepay.value !== "" && typed(prepay) === null);
}

function turn(place, open) {
  place.querySelector("label").hidden = !open;
  place.querySelector("button").hidden = open;
}

/** Where the keys go on once an amount stands: the bills, or the whole card where there are none. */
export const goOn = () => (charges.querySelector("[data-row][tabindex='0']") ?? charges).focus();

for (const place of charges.querySelectorAll("[data-turns]")) {
  const field = place.querySelector("input");
  turn(place, field.value !== "");
  place.querySelector("button").addEventListener("click", () => {
    turn(place, true);
    field.focus();
  });
  field.addEventListener("input", () => turn(place, true));
  field.addEventListener("blur", () => turn(place, field.value !== ""));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || composing(event)) return;
    event.preventDefault(); // how it is paid comes next
    goOn();
  });
}

/** Put ``fen`` more into what is paid ahead. */
export function payAhead(fen) {
  prepay.value = ((wish().ahead + fen) / 100).toFixed(2);
  prepay.dispatchEvent(new Event("input", { bubbles: true }));
  prepay.dispatchEvent(new Event("change", { bubbles: true }));
}
