/** What is left of a deposit to give back, while deductions are typed. The server reckons everything again. */
import { fenFrom, yuan } from "./cash/amounts.js";

/** Reckon in ``form``; a field that is no amount leaves the sum open. */
function reckon(form) {
  const out = form.querySelector("[data-out]");
  const amounts = [form.elements.namedItem("amount"), ...form.querySelectorAll("input[name^=deduct_amount]")];
  const show = () => {
    const [asked, ...kept] = amounts.map(({ value }) => (value.trim() ? fenFrom(value) : 0));
    const left = kept.includes(null) || asked === null ? null : asked - kept.reduce((sum, fen) => sum + fen, 0);
    out.value = left === null || left < 0 ? "—" : `¥ ${yuan(left)}`;
  };
  form.addEventListener("input", show);
  show();
}

for (const form of document.querySelectorAll("form[data-refund]")) reckon(form);
