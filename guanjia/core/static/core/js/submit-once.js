/**
 * A second press of a POST form's button does nothing until the first is answered. This spares the
 * clerk a duplicate request; that nothing happens twice is kept by the server's idempotency key.
 * A form that stays on the page by design (a download) carries data-repeatable.
 */
const guarded = (form) => form.method === "post" && !form.target && !("repeatable" in form.dataset);
const release = (form) => form.removeAttribute("aria-busy");

document.addEventListener(
  "submit",
  (event) => {
    if (event.target.getAttribute("aria-busy") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

window.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (!defaultPrevented && guarded(target)) target.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.matches("form") && guarded(target)) target.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", ({ target }) => target.matches("form") && release(target));

// back from the browser's page cache
window.addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("form[aria-busy]").forEach(release));
