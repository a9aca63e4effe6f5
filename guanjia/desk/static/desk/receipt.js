/** A receipt on paper: the sheet is fetched, which counts the printing, and prints itself; a new receipt does so at once. */
import { composing, modified } from "../core/js/keyboard.js";

const form = document.getElementById("print-form");
const sheet = document.getElementById("sheet");
const count = document.querySelector("[data-printed]");

async function print() {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) throw new Error(String(answer.status));
    document.querySelector("[data-faults]").hidden = false;
    count.textContent = count.dataset.words.replace("#", answer.headers.get("X-Times-Printed"));
    URL.revokeObjectURL(sheet.src);
    sheet.src = URL.createObjectURL(await answer.blob());
  } catch {
    const detail = { text: form.dataset.unanswered, tone: "error" };
    document.dispatchEvent(new CustomEvent("toast", { detail }));
  }
  form.ariaBusy = "false";
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  print();
});
sheet?.addEventListener("load", () => sheet.src && sheet.contentWindow.print());

if (form && "printNow" in form.dataset) {
  history.replaceState(null, "", location.pathname); // a reload must not print again
  print();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || composing(event) || modified(event)) return;
  if (document.querySelector("dialog:modal") || event.target.closest("details.menu, omni-box")) return;
  location.assign(document.getElementById("unit-link").href);
});
