/**
 * The cash desk beside the unpaid bills: what is ticked adds up at once, the change is told while cash is
 * typed, and a method's key puts the cursor where its figures go. The server reckons everything again.
 */
const form = document.getElementById("cash-form");
const ticks = [...document.querySelectorAll("[data-charges] input[name=bill]")];
const field = (name) => form?.elements.namedItem(name);
const [tendered, expected, reference, payer, payerName] = ["tendered", "expected_fen", "reference", "payer", "payer_name"].map(field);
const methods = field("method");

const yuan = (fen) => `${Math.floor(fen / 100).toLocaleString("en-US")}.${String(fen % 100).padStart(2, "0")}`;

/** Read an amount typed in yuan into fen; null while it is none. */
function fenFrom(text) {
  const found = /^(\d{1,9}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(text.normalize("NFKC").trim());
  return found && Number(found[1].replaceAll(",", "")) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}

const total = () => ticks.filter((tick) => tick.checked).reduce((sum, tick) => sum + Number(tick.dataset.fen), 0);
const exact = () => (total() / 100).toFixed(2);

function showTotal() {
  const untouched = form && tendered.value === (Number(expected.value) / 100).toFixed(2);
  for (const place of document.querySelectorAll("[data-due]")) place.textContent = `¥ ${yuan(total())}`;
  document.querySelector("[data-ticked]").textContent = ticks.filter((tick) => tick.checked).length;
  if (!form) return;
  expected.value = total();
  if (untouched) tendered.value = exact();
  showChange();
}

function showChange() {
  const given = fenFrom(tendered.value);
  const { change } = form.elements;
  const label = change.labels[0];
  const short = given === null || given < total();
  change.classList.toggle("short", short);
  change.value = given === null ? "" : yuan(Math.abs(given - total()));
  label.textContent = short ? label.dataset.short : label.dataset.enough;
}

function showMethod() {
  const wanted = methods.value === "cash" ? "cash" : methods.value ? "reference" : "none";
  for (const panel of form.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== wanted;
  if (wanted === "cash" && !tendered.value) tendered.value = exact();
  showChange();
}

function typeFigures() {
  const figures = methods.value === "cash" ? tendered : reference;
  figures.focus();
  figures.select();
}

document.querySelector("[data-charges]").addEventListener("change", showTotal);

if (form) {
  for (const label of form.querySelectorAll(".method")) {
    label.addEventListener("click", (event) => {
      if (event.target === label.control) return; // chosen with the arrows: the focus stays among the methods
      event.preventDefault();
      label.control.checked = true;
      showMethod();
      typeFigures();
    });
  }
  form.addEventListener("change", ({ target }) => target.name === "method" && showMethod());
  tendered.addEventListener("input", showChange);
  payer.addEventListener("change", () => {
    payerName.hidden = payer.value !== "";
    if (!payerName.hidden) payerName.focus();
  });
  showTotal();
  showMethod();
  if ("refused" in form.dataset && methods.value) typeFigures();
}
