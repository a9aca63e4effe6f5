/**
 * <form data-passkey="create|get"> with WebAuthn options in a JSON script: the press of the button asks
 * the browser for a passkey, puts its answer into the form's hidden field and sends the form.
 */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const ids = (list = []) => list.map((item) => ({ ...item, id: bytes(item.id) }));

const decoded = ({ publicKey: o }) => ({
  publicKey: {
    ...o,
    challenge: bytes(o.challenge),
    ...(o.user && { user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: ids(o.excludeCredentials) }),
    ...(o.allowCredentials && { allowCredentials: ids(o.allowCredentials) }),
  },
});

const encoded = ({ id, type, rawId, response }) => {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const present = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return JSON.stringify({ id, type, rawId: text(rawId), response: Object.fromEntries(present), clientExtensionResults: {} });
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const options = decoded(JSON.parse(form.querySelector('script[type="application/json"]').textContent));
    try {
      const made = await navigator.credentials[form.dataset.passkey](options);
      (form.elements.passkey ?? form.elements.answer).value = encoded(made);
      form.submit();
    } catch {
      form.querySelector("button").insertAdjacentText("beforebegin", form.dataset.failed);
    }
  });
}
