/**
 * Rows worked by keyboard: inside [data-rows] the arrows, Home and End move the focus between
 * [data-row] elements, Space ticks the row's check box, Enter follows its [data-row-open].
 * One row is in the tab order (roving tabindex) and keeps aria-current when focus goes elsewhere.
 * A [data-tick-all] check box ticks them all and shows a mixed state.
 */
import { composing, modified, typing } from "./keyboard.js";

const TICKS = "[data-row] input[type=checkbox]:not(:disabled)";
const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];

document.addEventListener("focusin", ({ target }) => {
  const row = target.closest("[data-row]");
  for (const each of row ? rowsOf(row.closest("[data-rows]")) : []) {
    each.tabIndex = each === row ? 0 : -1;
    if (each === row) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const row = target.closest("[data-row]");
  if (!row || composing(event) || modified(event) || typing(target) || target.type === "radio") return;
  const rows = rowsOf(row.closest("[data-rows]"));
  const at = rows.indexOf(row);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[key];
  if (to !== undefined) rows[to]?.focus();
  else if (target === row && key === " ") row.querySelector("input[type=checkbox]:not(:disabled)")?.click();
  else if (target === row && key === "Enter") row.querySelector("[data-row-open]")?.click();
  else return;
  event.preventDefault();
});

function mix(list) {
  const all = list.querySelector("[data-tick-all]");
  if (!all) return;
  const ticks = [...list.querySelectorAll(TICKS)];
  const ticked = ticks.filter((tick) => tick.checked).length;
  all.checked = ticked > 0 && ticked === ticks.length;
  all.indeterminate = ticked > 0 && ticked < ticks.length;
}

document.addEventListener("change", ({ target }) => {
  const list = target.closest("[data-rows]");
  if (target.matches("[data-tick-all]")) {
    const wanted = target.checked;
    [...list.querySelectorAll(TICKS)].filter((tick) => tick.checked !== wanted).forEach((tick) => tick.click());
  }
  if (list) mix(list);
});

const mixAll = () => document.querySelectorAll("[data-rows]").forEach(mix);
document.addEventListener("htmx:load", mixAll);
mixAll();
