/**
 * Coming back from a record finds the list as it was left: a table with data-list keeps, for this tab, what was asked
 * for and the row that was opened. On the records, the trail and the section's own entry in the menu lead back there.
 */
const KEY = "guanjia.list:";
const list = document.querySelector("table[data-list]");
// A page that is left before this runs has no storage any more.
const kept = (path) => JSON.parse(sessionStorage?.getItem(KEY + path) ?? "null");
const keep = (value) => sessionStorage?.setItem(KEY + location.pathname, JSON.stringify(value));

if (document.querySelector("[data-list-page]")) {
  const before = kept(location.pathname);
  const same = before?.search === location.search;
  keep({ search: location.search, row: same ? before.row : null });
  const row = same && before.row && list?.querySelector(`a[data-row-open][href="${CSS.escape(before.row)}"]`)?.closest("[data-row]");
  if (row && document.activeElement === document.body) row.focus();
  document.addEventListener("click", ({ target }) => {
    const opened = target.closest("[data-list] [data-row]")?.querySelector("a[data-row-open]");
    if (opened && target.closest("a")) keep({ search: location.search, row: opened.getAttribute("href") });
  });
} else {
  for (const link of document.querySelectorAll(".breadcrumb a, .side a[aria-current]")) {
    const before = kept(link.pathname);
    if (before?.search && !link.search) link.search = before.search;
  }
}
