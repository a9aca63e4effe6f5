/** What every module must know about a keystroke before acting on it. */

/** True while an input method is choosing characters; Safari reports only the key code. */
export const composing = (event) => event.isComposing || event.keyCode === 229;

/** True with Ctrl, Alt or Meta held: such keys belong to the browser. */
export const modified = (event) => event.ctrlKey || event.altKey || event.metaKey;

const WORDLESS = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

/** True where letters are text: a key must never act there. */
export const typing = (element) =>
  element.isContentEditable ||
  element.matches("textarea, select") ||
  (element.matches("input") && !WORDLESS.includes(element.type));
