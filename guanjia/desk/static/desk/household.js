/** The household page: a bill's explanation opens below its row; Escape goes one step back. */
import { composing, modified } from "../core/js/keyboard.js";

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-row-open][aria-controls]");
  if (!opener) return;
  const below = document.getElementById(opener.getAttribute("aria-controls"));
  below.hidden = !below.hidden;
  opener.setAttribute("aria-expanded", !below.hidden);
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (key !== "Escape" || event.defaultPrevented || composing(event) || modified(event)) return;
  if (document.querySelector("dialog:modal") || target.closest("details.menu, omni-box")) return;
  const row = document.querySelector("[data-row][tabindex='0']");
  if ((target.form || target.closest("form")) && row && !row.contains(target)) row.focus();
  else location.assign(document.querySelector(".brand").href);
  event.preventDefault();
});

// What the customer is shown names nobody, and neither does the window meanwhile.
const shown = document.getElementById("customer-view");
const { title } = document;
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-dialog=customer-view]")) document.title = shown.querySelector("h2").textContent.trim();
});
shown?.addEventListener("close", () => (document.title = title));
