/**
 * The desk's keys. An element says which key presses it:
 *
 *   <button data-key="F9" data-key-label="收费">   function keys, "/", "?" and "Z" act anywhere
 *   <button data-key="D" data-key-label="派单">    a letter or digit acts from the focused
 *                                                 [data-row] or [data-keys] that holds it,
 *                                                 or else from [data-keys-page], on the whole page
 *
 * Nothing but function keys acts while text is typed. Each person may switch single keys off (WCAG 2.1.4).
 * A digit that no element claims starts a search where the omnibox carries data-digits; ">" lists what may be done.
 */
import { composing, modified, typing } from "./keyboard.js";

const FUNCTION_KEY = /^(Shift\+)?F\d+$/;

const singleKeysOn = () => !document.querySelector("[data-single-keys=off]");
const nameOf = ({ key, shiftKey }) => (key.length === 1 ? key.toUpperCase() : shiftKey ? `Shift+${key}` : key);
const usable = (element) =>
  !element.disabled && element.getAttribute("aria-disabled") !== "true" && element.getClientRects().length > 0;
const claimants = (root, key) => [...root.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(usable);

function fromFocus(root, key) {
  // Where nothing has the focus yet, the page itself does: a workbench just opened takes its keys at once.
  const idle = document.activeElement === document.body;
  const focus = (idle && document.querySelector("main[data-keys]")) || document.activeElement;
  const row = focus.closest("[data-row]");
  const SCOPE = "[data-row], [data-keys]";
  for (let scope = focus.closest(SCOPE); scope && root.contains(scope); scope = scope.parentElement?.closest(SCOPE)) {
    const found = claimants(scope, key).find((element) => [null, row].includes(element.closest("[data-row]")));
    if (found) return found;
  }
  const everywhere = root.querySelector("[data-keys-page]");
  return everywhere && claimants(everywhere, key)[0];
}

function press(element) {
  if (element.matches("input, select, textarea")) element.focus();
  if (typing(element)) element.select?.();
  else element.click();
}

/** Find what a key does on the page as it is now; null where it does nothing. */
function meant(event) {
  const key = nameOf(event);
  const root = document.querySelector("dialog:modal") ?? document;
  if (FUNCTION_KEY.test(key)) return claimants(root, key)[0];
  if (key.length !== 1 || typing(document.activeElement) || !singleKeysOn()) return null;
  const target = "/?Z".includes(key) ? claimants(root, key)[0] : fromFocus(root, key);
  if (target || !/[\d>]/.test(key)) return target;
  return root.querySelector(key === ">" ? "omni-box input" : "[data-digits] input");
}

document.addEventListener("keydown", (event) => {
  if (composing(event)) {
    if (event.key === "Enter") event.preventDefault(); // Safari would submit the form
    return;
  }
  if (modified(event) || event.defaultPrevented || event.repeat) return;
  const target = meant(event);
  if (!target) return;
  if (target.matches("omni-box input") && event.key !== "/") {
    target.focus(); // the key itself then lands there
    return;
  }
  event.preventDefault();
  press(target);
});

/** Do what a stroke would have done that was held back from the page: scanner.js waits for what follows a digit. */
export function act({ key, code, shiftKey }) {
  const again = new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true });
  if (!document.activeElement.dispatchEvent(again)) return;
  const focus = document.activeElement;
  if (key.length === 1 && typing(focus) && "setRangeText" in focus) {
    focus.setRangeText(key, focus.selectionStart, focus.selectionEnd, "end");
    focus.dispatchEvent(new InputEvent("input", { bubbles: true, data: key }));
  } else if (key === "Enter") {
    if (focus.matches("button, a[href], summary")) focus.click();
    else if (focus.matches("input")) focus.form?.requestSubmit();
  }
}

/** The page's keys, declared once: by the elements they press, and in the key bar for what has no element. */
function declaredKeys() {
  const found = new Map();
  for (const span of document.querySelectorAll(".keys > span:not(.push, .pressed)")) {
    const keys = [...span.querySelectorAll("kbd")].map((kbd) => kbd.textContent);
    const label = [...span.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent);
    found.set(keys.join(span.textContent.includes("–") ? "–" : " "), label.join("").replace(/[–+\s]/g, ""));
  }
  for (const element of document.querySelectorAll("[data-key][data-key-label]")) {
    if (usable(element)) found.set(element.dataset.key, element.dataset.keyLabel);
  }
  return found;
}

function labelled(tag, key, label) {
  const made = document.createElement(tag);
  const kbd = document.createElement("kbd");
  kbd.textContent = key;
  made.append(kbd, label);
  return made;
}

/** Show in the key bar which elements of the page have a letter or function key, after what it declares itself; tabs tell theirs. */
function fillBar() {
  const bar = document.querySelector(".keys");
  bar?.querySelectorAll(".pressed").forEach((span) => span.remove());
  for (const element of bar ? document.querySelectorAll("main [data-key][data-key-label]:not(nav *), .toasts [data-key]") : []) {
    const { key, keyLabel } = element.dataset;
    if (!/^(?:[A-Z]|F\d+)$/.test(key) || !usable(element)) continue;
    const span = labelled("span", key, keyLabel);
    span.className = "pressed";
    bar.querySelector("[data-key='?']").before(span);
  }
}

/** Fill the keys dialog from the page as it is now. */
function describe(list) {
  const entry = ([key, label]) => {
    const made = document.createElement("div");
    const [term, detail, kbd] = ["dt", "dd", "kbd"].map((tag) => document.createElement(tag));
    term.textContent = label;
    kbd.textContent = key;
    detail.append(kbd);
    made.append(term, detail);
    return made;
  };
  list.replaceChildren(...[...declaredKeys()].map(entry));
}

document.querySelector("[data-single-keys-form]")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
document.addEventListener("click", (event) => {
  if (event.target.closest('[data-dialog="keys-dialog"]')) describe(document.querySelector("[data-key-list]"));
});
document.addEventListener("htmx:load", fillBar);
fillBar();
