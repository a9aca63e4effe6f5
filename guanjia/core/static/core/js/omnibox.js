/**
 * The one search box: a combobox with a list (WAI-ARIA 1.2). It asks data-url?q=… and expects
 *
 *   {"groups": [{"label": "房屋", "items": [
 *     {"title": "3-2-1201", "detail": "张素珍 · 业主", "tag": "逾期 1 期", "tone": "error", "url": "/…"}]}]}
 *
 * After ">" it finds what the person may do; such an item may have the "key" that does the same, and instead of a
 * "url" an "ask": what to type next, in this very box.
 *
 * It searches what an input method is still composing, so pinyin initials work with the Chinese
 * keyboard on. Enter pressed before the answer waits for it: a clerk types a number and Enter at once.
 * All text enters the page as text, never as markup. Who cancels "omnibox:go" goes elsewhere with detail.to.
 */
import { composing } from "./keyboard.js";

const PAUSE = 40; // ms: an answer is to be there within 150

function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

class OmniBox extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("[role=combobox]");
    this.panel = this.querySelector(".results");
    this.list = this.querySelector("[role=listbox]");
    this.status = this.querySelector("[role=status]");
    this.input.addEventListener("input", ({ isComposing }) => {
      this.isComposing = isComposing;
      this.changed();
    });
    this.input.addEventListener("compositionend", () => (this.isComposing = false));
    this.input.addEventListener("keydown", (event) => this.keyed(event));
    this.input.addEventListener("focus", () => this.list.childElementCount && this.reveal(true));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.reveal(false));
    this.panel.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus in the box
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  get query() {
    const typed = this.input.value.trim();
    return this.isComposing ? typed.replace(/['’\s]/g, "") : typed; // an input method parts the syllables
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  changed() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.enterWaits = false;
    this.answered = null;
    if (this.query) this.timer = setTimeout(() => this.ask(this.query), PAUSE);
    else this.show([]);
  }

  async ask(query) {
    this.request = new AbortController();
    const { signal } = this.request;
    try {
      const address = new URL(this.dataset.url, location.href);
      address.searchParams.set("q", query);
      const response = await fetch(address, { signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      const { groups } = await response.json();
      if (signal.aborted) return;
      this.answered = query;
      this.show(groups);
      if (this.enterWaits) this.go(this.options[0]);
    } catch {
      if (signal.aborted) return;
      this.list.replaceChildren();
      this.choose(null);
      this.say(this.dataset.failed);
    }
  }

  show(groups) {
    let count = 0;
    const option = ({ title, detail, tag, tone, key, url, ask }) =>
      element(
        "div",
        { role: "option", id: `${this.list.id}-${count++}`, "aria-selected": "false", "data-to": url, ...(ask && { "data-ask": ask }) },
        element("strong", { text: title }),
        element("span", { text: detail ?? "", class: "sub clip" }),
        ...(key ? [element("kbd", { text: key, class: "push" })] : []),
        ...(tag ? [element("span", { text: tag, class: `tag push ${tone ?? ""}` })] : []),
      );
    const group = ({ label, items }) =>
      element(
        "div",
        { role: "group", "aria-label": label },
        element("div", { text: label, class: "group", "aria-hidden": "true" }),
        ...items.map(option),
      );
    this.list.replaceChildren(...groups.map(group));
    this.choose(this.options[0]);
    this.say(count ? this.dataset.found.replace("#", count) : this.dataset.nothing);
    this.reveal(Boolean(this.query));
  }

  say(text) {
    this.list.hidden = !this.list.childElementCount;
    this.reveal(true);
    this.status.textContent = text;
  }

  /** Look `text` up and go to what is found first: a scan is typed and sent in one. */
  open(text) {
    this.input.focus();
    this.input.value = text;
    this.changed();
    this.enterWaits = true;
  }

  reveal(yes) {
    this.panel.hidden = !yes;
    this.input.setAttribute("aria-expanded", yes);
    if (!yes) this.enterWaits = false;
  }

  choose(option) {
    this.options.forEach((each) => each.setAttribute("aria-selected", each === option));
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  go(option) {
    if (option?.dataset.ask) {
      this.input.value = "";
      this.input.focus();
      this.show([]);
      this.say(option.dataset.ask);
      return;
    }
    const to = option?.dataset.to && new URL(option.dataset.to, location.href);
    if (!to || to.origin !== location.origin) return;
    const chosen = new CustomEvent("omnibox:go", { bubbles: true, cancelable: true, detail: { to: to.pathname + to.search } });
    if (this.dispatchEvent(chosen)) location.assign(to);
  }

  keyed(event) {
    if (composing(event)) return;
    const options = this.options;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.reveal(options.length > 0);
      this.choose(options.at((at + step) % options.length) ?? null);
    } else if (event.key === "Enter") {
      if (this.answered === this.query) this.go(options[at]);
      else this.enterWaits = Boolean(this.query);
    } else if (event.key === "Escape" && this.panel.hidden) {
      this.input.value = "";
      this.changed();
    } else if (event.key === "Escape") {
      this.reveal(false);
    } else {
      return;
    }
    event.preventDefault();
  }
}

customElements.define("omni-box", OmniBox);
