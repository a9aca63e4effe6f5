/** Where the print lies on the paper: the arrows move it by 0.1 mm, with Shift by 1 mm; the picture moves along. */
import { composing, typing } from "../core/js/keyboard.js";
import { GAP } from "../core/js/scanner.js";

const form = document.getElementById("offset-form");
const [dx, dy] = ["dx", "dy"].map((name) => form.elements.namedItem(name));
const paper = document.querySelector("[data-paper]");
const print = document.querySelector("[data-print]");
const told = document.querySelector("[data-told]");
const FARTHEST = 200; // tenths of a millimetre, as the server has it
const WIDTH = paper.classList.contains("a5") ? 210 : 241; // mm
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const tenths = (field) => Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(Number(field.value) || 0)));

function show() {
  const scale = paper.clientWidth / WIDTH; // CSS pixels a millimetre
  print.style.transform = `translate(${(tenths(dx) / 10) * scale}px, ${(tenths(dy) / 10) * scale}px)`;
  told.textContent = `→ ${(tenths(dx) / 10).toFixed(1)}　↓ ${(tenths(dy) / 10).toFixed(1)} mm`;
}

function move([right, down], times = 1) {
  dx.value = Math.max(-FARTHEST, Math.min(FARTHEST, tenths(dx) + right * times));
  dy.value = Math.max(-FARTHEST, Math.min(FARTHEST, tenths(dy) + down * times));
  show();
}

form.addEventListener("input", show);
form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-move]");
  if (button) move(button.dataset.move.split(",").map(Number));
});
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.defaultPrevented || composing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (typing(event.target) || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  move(step, event.shiftKey ? 10 : 1);
});
addEventListener("resize", show);
print.addEventListener("load", show);
show();

const gap = document.getElementById("scanner-gap");
gap.value = localStorage.getItem(GAP) ?? "35";
gap.addEventListener("change", () => gap.reportValidity() && localStorage.setItem(GAP, gap.value));
