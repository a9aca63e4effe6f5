/**
 * The visit strip: its clocks run, a new visit's unit is found inside the dialog, a caller's number leaves the
 * address bar. A call band never takes the focus: it comes with a refresh, and nothing here focuses it.
 */
const seen = new WeakMap();

function shown(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const pad = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${pad(minutes)}:${pad(rest)}`;
}

function tick() {
  for (const clock of document.querySelectorAll("[data-elapsed]")) {
    if (!seen.has(clock)) seen.set(clock, Date.now() - Number(clock.dataset.elapsed) * 1000);
    const seconds = Math.floor((Date.now() - seen.get(clock)) / 1000);
    clock.textContent = shown(seconds);
    const limit = clock.closest("[data-limit]");
    limit?.classList.toggle("late", seconds >= Number(limit.dataset.limit));
  }
}
tick();
setInterval(tick, 1000);

document.addEventListener("omnibox:go", (event) => {
  if (!event.target.closest(".visit-find")) return;
  event.preventDefault();
  window.htmx.ajax("GET", event.detail.to, { target: "#visit-dialog", swap: "innerHTML" });
});

if (document.querySelector("[data-calling]")) history.replaceState(null, "", location.pathname);
