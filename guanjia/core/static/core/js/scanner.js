/**
 * What a scanner types, told from what a hand types by its pace, and led on by its shape:
 *
 *   Alipay (25–30…, 16–24 digits), WeChat (10–15…, 18 digits)   a "scan" event with {kind: "payment", provider, code};
 *                                                               refused loudly where nobody takes it (preventDefault)
 *   any other run of 8 digits or more                           into the omnibox, and opened
 *
 * Digits typed outside a field wait for the gap between two strokes before they act as keys, since the first digits of
 * a scan must not choose a way to pay. Whatever turns out to be typed by hand is acted on as if it had not waited.
 * A scan's final Enter never presses what has the focus. In a field for phones, mail, numbers or passwords, and in one
 * that carries data-scan="text", a scan is left as it is. The gap is this browser's own (Bluetooth is slow).
 */
import { composing, modified, typing } from "./keyboard.js";
import { act } from "./keys.js";

export const GAP = "guanjia.scanner-gap"; // ms, in localStorage
const USUAL = 35;
const SHORTEST = 8;
const LITERAL =
  "input:is([type=tel], [type=email], [type=number], [type=password], [type=date], [inputmode=tel], [inputmode=email], [inputmode=numeric]), textarea, [contenteditable], [data-scan=text]";
const IDENTITY = /^\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}$/;

const gap = () => Number(localStorage.getItem(GAP)) || USUAL;
const ends = (key) => key === "Enter" || key === "Tab";

/** Return whose payment code it is; "" for any other run of digits. */
export function payer(code) {
  if (/^(?:2[5-9]|30)\d{14,22}$/.test(code)) return "alipay";
  return /^1[0-5]\d{16}$/.test(code) && !IDENTITY.test(code) ? "wechat" : "";
}

let run = []; // the strokes since the last pause
let held = []; // those of them that have not acted yet
let before = null; // the field the run began in, as it was then
let timer;

const code = () => run.map(({ key }) => key).join("");
const isScan = () => run.length >= SHORTEST && /^\d+$/.test(code());

function begin({ target }) {
  before = typing(target) ? { field: target, value: target.value } : null;
  run = [];
}

/** Take back what the scan has typed into a field. */
function untype() {
  if (!before || before.field.value === before.value) return;
  before.field.value = before.value;
  before.field.dispatchEvent(new Event("input", { bubbles: true }));
}

function route(scanned) {
  const provider = payer(scanned);
  if (provider) {
    untype();
    const detail = { kind: "payment", provider, code: scanned };
    const untaken = document.dispatchEvent(new CustomEvent("scan", { detail, cancelable: true }));
    if (untaken) document.dispatchEvent(new CustomEvent("toast", { detail: { text: document.body.dataset.paymentCodeRefused, tone: "error" } }));
    return;
  }
  const box = document.querySelector("omni-box");
  if (!box || document.querySelector("dialog:modal")) return;
  untype();
  box.open(scanned);
}

function forget() {
  clearTimeout(timer);
  run = [];
  held = [];
}

/** Let what was held back act now, in its order, as if typed. */
function release() {
  clearTimeout(timer);
  const strokes = held;
  held = [];
  for (const stroke of strokes) act(stroke);
}

function pause() {
  if (held.length && payer(code())) route(code()); // a scanner that sends no Enter
  else release();
  forget();
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The stroke after a run: the end of a scan, or one of a fast hand, whose target may have moved meanwhile. */
function end(event) {
  const scanned = code();
  const literal = before?.field.matches(LITERAL);
  const wanted = isScan() && !literal && (!before || payer(scanned) || before.field.closest("omni-box"));
  if (ends(event.key) && wanted && (payer(scanned) || held.length === run.length)) {
    stop(event);
    forget();
    route(scanned);
    return;
  }
  const kept = before && !before.field.closest("omni-box"); // it stays as typed, and submits nothing
  if (ends(event.key) && isScan() && kept) stop(event);
  const moved = held.length > 0;
  release();
  forget();
  if (moved && document.activeElement !== event.target) {
    stop(event);
    act(event);
  }
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!event.isTrusted || composing(event) || modified(event) || event.key === "Shift") return;
    const { key, target, timeStamp, repeat } = event;
    const patience = gap() * (ends(key) ? 4 : 1); // some scanners draw breath before the last stroke
    const follows = run.length > 0 && timeStamp - run.at(-1).timeStamp <= patience;
    if (!/^\d$/.test(key) || repeat) {
      if (follows) end(event);
      else pause();
      return;
    }
    if (!follows) {
      pause();
      begin(event);
    }
    run.push(event);
    if (!held.length && (before || typing(target))) return; // behind one that is held, it keeps its place
    stop(event);
    held.push(event);
    clearTimeout(timer);
    timer = setTimeout(pause, gap());
  },
  { capture: true },
);
