/** What a page is looked over for beside axe; every function returns complaints as lines of text. */
globalThis.eyes = (() => {
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const told = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 160);
  const inDialog = (element) => element.closest("dialog:not([open])");

  /** A check box or radio button is pressed by its label too, and a combobox by the box drawn around it. */
  function targetOf(element) {
    const parts = [element, ...(element.labels ?? [])];
    const box = element.closest(".box, td:has(> input[type=checkbox]), th:has(> input[type=checkbox])");
    return [...parts, ...(box ? [box] : [])].map((part) => part.getBoundingClientRect());
  }

  /** A link inside a line of text is as high as its line (WCAG 2.5.8, inline). */
  const inline = (element) =>
    element.matches("a") && getComputedStyle(element).display === "inline" && element.closest("p, li, td, dd, span, header");

  return {
    async axe(rules) {
      const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    },

    smallTargets(least) {
      return [...document.querySelectorAll(FOCUSABLE)]
        .filter((element) => seen(element) && !inline(element) && !element.matches("[data-row], .skip, [role=region], section, pre, div, main"))
        .filter((element) => !targetOf(element).some(({ width, height }) => width >= 24 && height >= least - 0.5))
        .map((element) => {
          const { width, height } = element.getBoundingClientRect();
          return `target ${Math.round(width)}×${Math.round(height)}: ${told(element)}`;
        });
    },

    /** Whatever takes the focus must be in sight then (WCAG 2.4.11): not under the key bar, a heading, a notice. */
    hiddenFocus() {
      const before = document.activeElement;
      const hidden = [...document.querySelectorAll(FOCUSABLE)].filter((element) => {
        if (!seen(element) || inDialog(element) || element.matches(":disabled, .visually-hidden, .skip")) return false;
        element.focus();
        if (document.activeElement !== element) return false;
        const { left, top, right, bottom } = element.getBoundingClientRect();
        const points = [[(left + right) / 2, (top + bottom) / 2], [left + 3, top + 3], [right - 3, bottom - 3]];
        return !points.some(([x, y]) => {
          const there = document.elementFromPoint(x, y);
          return there && (element.contains(there) || there.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(there)));
        });
      });
      before?.focus?.();
      return hidden.map((element) => `focus out of sight: ${told(element)}`);
    },

    sticksOut() {
      const { scrollWidth } = document.documentElement;
      return scrollWidth > innerWidth ? [`wider than the screen: ${scrollWidth} > ${innerWidth}`] : [];
    },

    /** A form sent back has one summary, which has the focus and leads to each field in the field's own words (GOV.UK). */
    errorSummary() {
      const summary = document.querySelector(".error-summary, [role=alert]");
      if (!summary) return ["sent back without an error summary"];
      const wrong = document.activeElement === summary || summary.contains(document.activeElement) ? [] : [`the summary has no focus, but ${told(document.activeElement)}`];
      for (const link of summary.querySelectorAll("a[href^='#']")) {
        const field = document.getElementById(link.hash.slice(1));
        const words = link.textContent.trim().split("：").slice(1).join("：");
        const beside = (field?.closest(".field, fieldset, form") ?? document.body).querySelector(".errorlist")?.textContent ?? "";
        if (!field) wrong.push(`leads nowhere: ${told(link)}`);
        else if (!beside.includes(words)) wrong.push(`other words at the field: ${told(link)}`);
      }
      for (const field of document.querySelectorAll("[aria-invalid=true]")) {
        if (!summary.querySelector(`a[href='#${CSS.escape(field.id)}']`) && !field.matches("[type=radio], [type=checkbox]")) wrong.push(`not in the summary: ${told(field)}`);
      }
      return wrong;
    },
  };
})();
