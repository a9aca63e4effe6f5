/**
 * Deposits taken with the payment: a line each, below the unpaid bills. A kind brings its usual amount, which may be
 * typed over; lines come from the server when they are asked for, and with the page when they were typed before.
 */
import { composing } from "../../core/js/keyboard.js";
import { fenFrom } from "./amounts.js";

const fieldsOf = (row) => ["select", "input[name^=deposit_amount]"].map((each) => row.querySelector(each));

/** What the lines come to, in fen; one that says no kind or no amount yet counts nothing. */
export function deposited(charges) {
  let sum = 0;
  for (const row of charges.querySelectorAll("[data-deposit]")) {
    const [kind, amount] = fieldsOf(row);
    const fen = fenFrom(amount.value);
    amount.ariaInvalid = String(amount.value !== "" && !fen);
    if (kind.value) sum += fen ?? 0;
  }
  return sum;
}

/** Let the lines inside ``charges`` be worked; ``goOn`` takes the keys on to how it is paid. */
export function workRows(charges, goOn) {
  const tell = () => charges.dispatchEvent(new Event("change", { bubbles: true }));
  let before = "";
  charges.addEventListener("focusin", ({ target }) => {
    if (target.matches("[data-deposit] select")) before = target.selectedOptions[0].dataset.usual ?? "";
  });
  charges.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-deposit] select")) return;
    const [kind, amount] = fieldsOf(target.closest("[data-deposit]"));
    const usual = kind.selectedOptions[0].dataset.usual ?? "";
    if (amount.value === "" || amount.value === before) amount.value = usual; // nothing typed is lost
    before = usual;
  }, { capture: true }); // before the sums are told
  charges.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || composing(event) || !event.target.matches("[data-deposit] :is(select, input)")) return;
    event.preventDefault(); // how it is paid comes next
    goOn();
  });
  charges.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-deposit-drop]")) return;
    target.closest("[data-deposit]").remove();
    tell();
    goOn();
  });
  document.addEventListener("htmx:load", ({ target }) => target.closest("[data-deposits]") && tell());
}
