/** The token stands after the #, which browsers keep to themselves; it goes out with the press of the button. */
const form = document.querySelector("[data-link]");
form.elements.token.value = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
