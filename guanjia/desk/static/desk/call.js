/** The pane of a call: Enter keeps the note from any field, a step that is done shows it, the purpose is read back. */
import { composing, modified } from "../core/js/keyboard.js";

const form = document.querySelector("[data-call]");
const about = form.elements.about;
const repeat = form.querySelector("[data-repeat]");

function show() {
  repeat.textContent = about.value.trim() || "……";
  const steps = [...form.querySelectorAll("[data-step]")];
  const done = (field) => (field.type === "checkbox" ? field.checked : field.value.trim() !== "");
  const next = steps.find((field) => !done(field));
  for (const field of steps) {
    const step = field.closest(".step");
    step.classList.toggle("done", done(field));
    if (field === next) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}

form.addEventListener("input", show);
form.addEventListener("change", show);
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || composing(event) || modified(event) || event.shiftKey) return;
  if (event.target.matches("button, a")) return;
  event.preventDefault();
  form.requestSubmit();
});
show();
