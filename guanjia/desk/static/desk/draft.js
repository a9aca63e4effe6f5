/**
 * <draft-keeper for="form-id" data-url data-page data-version>: what is half typed in a form is kept on the server
 * as it is typed, when the page is left, and together with whatever holds the visit (forms with data-holds); when
 * the page opens again it stands as it was: fields, ticks, the row, scrolling and the cursor.
 *
 * Only fields one sees are kept, never amounts: the page's own script adds up what is ticked, from the server's
 * figures. A tick whose box is gone is told by name. Without data-url there is no visit yet: "visit-started" brings it.
 */
const PAUSE = 700; // ms
const WORDLESS = ["hidden", "submit", "button", "file", "password", "reset"];
const PLACES = "main, main .table-scroll, main .call-body";

const labelOf = (field) => field.getAttribute("aria-label") || field.labels?.[0]?.textContent.trim() || field.value;

class DraftKeeper extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("for"));
    this.version = Number(this.dataset.version);
    this.main = document.querySelector("main");
    if (!this.form) return;
    this.focused = document.activeElement;
    this.restore();
    this.kept = JSON.stringify(this.snapshot());
    for (const name of ["input", "change", "focusin", "focusout", "keyup"]) this.main.addEventListener(name, (event) => this.touched(event));
    this.main.addEventListener("scroll", () => this.later(), { capture: true, passive: true });
    document.addEventListener("visit-started", ({ detail }) => this.begin(detail.url));
    document.addEventListener("formdata", (event) => this.accompany(event));
    this.form.addEventListener("submit", (event) => event.defaultPrevented || this.stop());
    document.addEventListener("visibilitychange", () => document.hidden && this.leave());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // an old copy of the page
    this.addEventListener("click", ({ target }) => this.take(target.closest("[data-take]")?.dataset.take));
  }

  get fields() {
    return [...this.form.elements].filter((field) => field.name && !WORDLESS.includes(field.type));
  }

  /** Everything the page shows of itself, in an order that makes equal pages equal text. */
  snapshot() {
    const values = {};
    const boxes = {};
    for (const field of this.fields) {
      if (field.type === "checkbox") (boxes[field.name] ??= []).push({ value: field.value, ticked: field.checked, label: labelOf(field) });
      else if (field.type !== "radio" || field.checked) values[field.name] = field.value;
    }
    const row = this.main.querySelector("[data-row][aria-current] input[type=checkbox]")?.value ?? null;
    const scroll = [...document.querySelectorAll(PLACES)].map((place) => Math.round(place.scrollTop));
    return { values, boxes, row, scroll, focus: this.cursor() };
  }

  cursor() {
    const at = this.focused;
    if (!at?.isConnected || !this.main.contains(at)) return null;
    if (at.matches("[data-row]")) return { row: at.querySelector("input[type=checkbox]")?.value };
    if (!at.name || at.form !== this.form) return null;
    const text = at.matches("textarea, input:not([type]), input[type=text], input[type=tel]");
    const choice = ["checkbox", "radio"].includes(at.type) ? at.value : undefined;
    return { name: at.name, choice, selection: text ? [at.selectionStart, at.selectionEnd] : undefined };
  }

  restore() {
    const script = document.getElementById("draft");
    if (!script) return;
    const draft = JSON.parse(script.textContent);
    const gone = [];
    const added = [];
    for (const [name, kept] of Object.entries(draft.boxes ?? {})) this.tick(name, kept, gone, added);
    for (const [name, value] of Object.entries(draft.values ?? {})) this.fill(name, value);
    this.tell(gone, added);
    this.place(draft);
  }

  tick(name, kept, gone, added) {
    const here = new Map(this.fields.filter((field) => field.name === name).map((field) => [field.value, field]));
    for (const { value, ticked, label } of kept) {
      const box = here.get(value);
      if (!box && ticked) gone.push(label);
      if (box) this.set(box, ticked);
      here.delete(value);
    }
    for (const box of here.values()) {
      if (box.checked) added.push(labelOf(box));
      this.set(box, false);
    }
  }

  set(box, ticked) {
    if (box.checked === ticked) return;
    box.checked = ticked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  fill(name, value) {
    const fields = this.fields.filter((field) => field.name === name);
    const choice = fields.find((field) => field.type === "radio" && field.value === value);
    if (choice) return this.set(choice, true);
    const [field] = fields;
    if (!field || field.type === "radio" || field.value === value) return undefined;
    if (field.matches("select") && ![...field.options].some((option) => option.value === value)) return undefined;
    field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    return undefined;
  }

  tell(gone, added) {
    const said = [gone.length && this.dataset.gone + gone.join("、"), added.length && this.dataset.added + added.join("、")].filter(Boolean);
    const place = this.querySelector("[role=status]");
    place.textContent = said.join("　");
    place.hidden = said.length === 0;
  }

  /** Put row, scrolling and cursor where they were, after the page has put its own focus. */
  place({ row, focus, scroll }) {
    requestAnimationFrame(() => {
      const rowOf = (value) => this.main.querySelector(`[data-row] input[value="${CSS.escape(value)}"]`)?.closest("[data-row]");
      if (row) rowOf(row)?.focus({ preventScroll: true });
      const named = focus?.name && this.fields.filter((field) => field.name === focus.name);
      const field = named && (named.find((each) => focus.choice === undefined || each.value === focus.choice) ?? null);
      if (focus?.row) rowOf(focus.row)?.focus({ preventScroll: true });
      field?.focus({ preventScroll: true });
      if (field && focus.selection) field.setSelectionRange(...focus.selection);
      [...document.querySelectorAll(PLACES)].forEach((each, at) => (each.scrollTop = scroll?.[at] ?? 0));
      this.focused = document.activeElement;
    });
  }

  touched({ type, target }) {
    if (type === "focusin") this.focused = target;
    this.later();
  }

  begin(url) {
    this.dataset.url = url;
    this.version = 0;
    this.kept = "";
    (this.focused?.isConnected ? this.focused : this.main).focus();
    this.save();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  later() {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), PAUSE);
  }

  /** What is sent of the page; null when the server has it already. */
  half(always = false) {
    const content = this.snapshot();
    const text = JSON.stringify(content);
    if (!always && text === this.kept) return null;
    return { text, draft: JSON.stringify({ page: this.dataset.page, version: this.version, content }) };
  }

  async save({ keepalive = false, over = false } = {}) {
    if (this.stopped || !this.dataset.url || (this.saving && !keepalive)) return;
    const half = this.half(over);
    if (!half) return;
    this.saving = true;
    const body = new URLSearchParams({ draft: half.draft, ...(over ? { over: "1" } : {}) });
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body, headers, keepalive });
      const told = await answer.json();
      if (answer.ok) this.saved(half.text, told);
      else this.conflict(told);
    } catch {
      this.say(this.dataset.unsaved);
    }
    this.saving = false;
    if (this.kept !== JSON.stringify(this.snapshot())) this.later();
  }

  saved(text, { version, saved }) {
    this.kept = text;
    this.version = version;
    this.say(`${this.dataset.saved} ${saved}`);
  }

  say(words) {
    const status = document.querySelector("[data-draft-status]");
    if (status) status.textContent = words;
  }

  conflict({ told, version }) {
    this.stopped = true;
    this.theirs = version ?? 0;
    const place = this.querySelector("[role=alert]");
    place.querySelector("span").textContent = told;
    place.hidden = false;
  }

  take(whose) {
    if (whose === "theirs") location.reload();
    if (whose !== "mine") return;
    this.querySelector("[role=alert]").hidden = true;
    [this.stopped, this.version] = [false, this.theirs];
    this.save({ over: true });
  }

  leave() {
    clearTimeout(this.timer);
    this.save({ keepalive: true });
  }

  /** A form that holds the visit takes the draft along, so that both happen or neither. */
  accompany({ target, formData }) {
    if (!("holds" in this.dataset) || !target.matches("[data-holds]") || !this.dataset.url) return;
    formData.set("draft", this.half(true).draft);
    this.stop();
  }
}

customElements.define("draft-keeper", DraftKeeper);
