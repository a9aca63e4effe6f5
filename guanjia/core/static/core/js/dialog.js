/**
 * Native dialogs and menus without inline handlers.
 *
 *   <button data-dialog="void-dialog">     opens that <dialog> modally
 *   <button data-dialog-close>             closes the one it stands in
 *   <dialog data-open>                     opens as soon as it is in the page (a form sent back with errors)
 *   <details class="menu">                 closes on Escape, on a click elsewhere, when focus leaves
 */
const openAsked = (root) => root.querySelectorAll("dialog[data-open]:not([open])").forEach((dialog) => dialog.showModal());

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  if (target.closest("[data-dialog-close]") || target.matches("dialog[open]:not([data-keep])")) {
    target.closest("dialog").close(); // a click on the dialog itself is one on its backdrop
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = menu.contains(target);
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const menu = target.closest("details.menu[open]");
  if (menu && relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
});

document.addEventListener("keydown", ({ key, target }) => {
  const menu = key === "Escape" && target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("htmx:load", ({ target }) => openAsked(target.parentElement ?? target));
openAsked(document);
