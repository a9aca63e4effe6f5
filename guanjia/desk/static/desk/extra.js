/**
 * Charging once and rounding off, beside the unpaid bills: an item brings its own price, the sum shows at once,
 * and what is ticked goes along so that it comes back ticked. The server reckons everything again.
 */
const ticks = () => [...document.querySelectorAll("[data-charges] input[name=bill]:checked")];

document.addEventListener("submit", ({ target: form }) => {
  if (!form.matches("form[data-ticks]")) return;
  for (const old of form.querySelectorAll("input[name=ticked]")) old.remove();
  for (const tick of ticks()) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "ticked", value: tick.value });
    form.append(input);
  }
  const told = form.elements.namedItem("expected_fen");
  if (told) told.value = ticks().reduce((sum, tick) => sum + Number(tick.dataset.fen), 0);
});

/** Reckon in the dialog while it is typed in. */
function reckon(extra) {
  const [item, quantity, price] = ["item", "quantity", "unit_price"].map((name) => extra.elements.namedItem(name));
  const sum = extra.querySelector("[data-extra-sum]");
  const show = () => {
    // Fen times hundredths, in whole numbers: no binary fraction comes near the amount.
    const hundredths = ({ value }) => {
      const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(value.normalize("NFKC").replaceAll(",", "").trim());
      return found && BigInt(found[1]) * 100n + BigInt((found[2] ?? "").padEnd(2, "0"));
    };
    const [count, fen] = [hundredths(quantity), hundredths(price)];
    const total = count === null || fen === null ? null : (count * fen + 50n) / 100n;
    sum.value = total === null ? "—" : `¥ ${(total / 100n).toLocaleString("en-US")}.${String(total % 100n).padStart(2, "0")}`;
  };
  item.addEventListener("change", () => {
    price.value = item.selectedOptions[0].dataset.price;
    show();
  });
  // A choice takes no Enter by itself: the key that adds is the same wherever one stands.
  extra.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("select")) return;
    event.preventDefault();
    extra.requestSubmit();
  });
  if (!price.value) price.value = item.selectedOptions[0].dataset.price; // before anything was chosen or typed
  extra.addEventListener("input", show);
  show();
}

// The dialog comes when it is asked for, or with the page when what was typed is sent back.
document.addEventListener("htmx:load", ({ target }) => {
  const form = target.querySelector("form[data-extra]");
  if (form) reckon(form);
});
