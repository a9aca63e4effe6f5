/**
 * Several ways to pay at once: one line each. Cash, the last line, takes what the others leave until an amount is
 * typed there; "=" on any line puts into it what is still missing.
 */
import { composing } from "../../core/js/keyboard.js";
import { fenFrom, plain, yuan } from "./amounts.js";

const panel = document.querySelector("[data-panel=split]");
const lines = [...(panel?.querySelectorAll("input[name^=amount_]:not(:disabled)") ?? [])]; // none for who takes no money
const cash = lines.at(-1);
const handed = panel?.querySelector("input[name=tendered_cash]");
const told = panel?.querySelector("[data-rest]");
let own = Boolean(cash?.value); // typed, and not to be reckoned over

const fenOf = (line) => fenFrom(line.value) ?? 0;
const without = (line) => lines.filter((each) => each !== line).reduce((fen, each) => fen + fenOf(each), 0);

/** Reckon the lines against what is to be paid, in fen. */
export function showSplit(now) {
  if (!own) cash.value = now > without(cash) ? plain(now - without(cash)) : "";
  const rest = now - without(cash) - fenOf(cash);
  const change = (fenFrom(handed.value) ?? fenOf(cash)) - fenOf(cash);
  const words = rest > 0 ? `${told.dataset.short} ${yuan(rest)}` : rest < 0 ? `${told.dataset.over} ${yuan(-rest)}` : told.dataset.even;
  told.textContent = rest || change <= 0 ? words : `${told.dataset.change} ${yuan(change)}`;
  told.classList.toggle("wrong", rest !== 0);
  for (const line of lines) {
    const readable = line.value === "" || fenFrom(line.value) !== null;
    line.ariaInvalid = String(!readable || fenOf(line) > Number(line.dataset.balance ?? Infinity));
  }
}

/** Begin with the prepayment where there is one, for it is used up first; it pays no more than the bills. */
export function beginSplit(settled) {
  const [kept] = lines.filter((line) => "balance" in line.dataset && line.value === "");
  if (kept && lines.every((line) => line === cash || line.value === "")) kept.value = plain(Math.min(Number(kept.dataset.balance), settled));
}

for (const line of lines) {
  line.addEventListener("input", () => (own = line === cash ? cash.value !== "" : own));
  line.addEventListener("keydown", (event) => {
    if (event.key !== "=" || composing(event)) return;
    event.preventDefault();
    const now = Number(panel.dataset.now);
    if (line !== cash) own = false;
    const others = without(line) - (line === cash ? 0 : fenOf(cash));
    line.value = now > others ? plain(now - others) : "";
    line.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
