/**
 * A customer's payment code, scanned while their bills are open: it becomes the reference of 收款码. No payment
 * platform is connected, so nothing is charged by it, and the page says so.
 */
const words = document.querySelector("[data-scanned-payment]");

document.addEventListener("scan", (event) => {
  const { kind, provider, code } = event.detail;
  const form = document.getElementById("cash-form");
  const method = form?.querySelector("input[name=method][value=static_code]");
  if (kind !== "payment" || !method || !document.querySelector("input[name=bill]:checked") || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  (method.labels[0] ?? method).click();
  const reference = form.querySelector("[name=reference]");
  reference.value = code;
  reference.dispatchEvent(new Event("input", { bubbles: true }));
  reference.focus();
  const text = words.dataset.scannedPayment.replace("#", words.dataset[provider]);
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "error" } }));
});
