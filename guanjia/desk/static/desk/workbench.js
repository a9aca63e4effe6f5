/** The workbench's first key leads to the search box, where every task begins. */
document.querySelector("[data-find]")?.addEventListener("click", () => document.querySelector("omni-box input").focus());
