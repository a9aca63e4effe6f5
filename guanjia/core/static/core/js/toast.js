/**
 * Brief notices. Good news leaves after six seconds unless it is pointed at or focused; bad news stays, and so does
 * what may be undone, since nobody is to be hurried.
 * A page's own come from Django's messages; htmx answers send HX-Trigger: {"toast": {"text": "…"}};
 * a request that got no answer says so, because the clerk must not assume it was done.
 */
const STAY = 6000; // ms
const stack = document.querySelector("[data-toasts]");
const pattern = document.getElementById("toast-pattern");

function watch(toast) {
  toast.querySelector(".close").addEventListener("click", () => toast.remove());
  if (toast.classList.contains("error") || toast.querySelector("form")) return;
  let timer;
  const leaveLater = () => (timer = setTimeout(() => toast.remove(), STAY));
  const stay = () => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stay);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, leaveLater);
  leaveLater();
}

function show({ text, tone }) {
  const toast = pattern.content.firstElementChild.cloneNode(true);
  toast.querySelector("span").textContent = text;
  if (tone === "error") toast.classList.add("error");
  stack.append(toast);
  watch(toast);
}

stack.querySelectorAll(".toast").forEach(watch);
document.addEventListener("toast", ({ detail }) => show(detail));
document.addEventListener("htmx:responseError", () => show({ text: stack.dataset.refused, tone: "error" }));
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => show({ text: stack.dataset.unanswered, tone: "error" }));
}
