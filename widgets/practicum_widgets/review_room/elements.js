// Elements made from texts: nothing that a student or an employer wrote is ever read as HTML.
//
// h and fill stand in ../surface/surface.js too. They cannot be shared: anywidget takes one text
// for each widget (surface.js and widget.js, joined by panel.py), which can import no file beside it.

const PROPERTIES = ["value", "checked", "disabled", "open"];

// h("button", { class: "x", onclick: f, "data-key": "k" }, "text", child, [more]) -> an element.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

// fill("Saved at {at}.", { at: "12:03" })
export function fill(template, values) {
  return String(template ?? "").replace(/\{(\w+)\}/g, (whole, name) => values?.[name] ?? whole);
}

export function safely(body) {
  try { return body(); } catch { return null; }
}

// A heading that takes the focus when its view comes.
export const heading = (text, tag = "h2") => h(tag, { tabindex: "-1" }, text);

export const button = (text, onclick, more = {}) => h("button", { type: "button", onclick, ...more }, text);

// A text's paragraphs: an empty line begins a new one.
export function paragraphs(text) {
  const parts = String(text ?? "").split(/\n\s*\n/).filter((part) => part.trim());
  return parts.map((part) => h("p", { class: "pw-text" }, part.trim()));
}

// How much is done, in words and as a bar.
export const progress = (text, done, all) => h("label", { class: "pw-progress" }, text, h("progress", { max: all, value: done }, text));

// Changes a text only where it is another one: what is said aloud is not said twice.
export function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// Puts new elements in the place of old ones; who stood on one of them stands on it again. make:
// returns the new ones, and may take fields of the old ones along, which thereby lose the focus.
export function replace(place, make) {
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const [key, range] = [active?.dataset.key, safely(() => [active.selectionStart, active.selectionEnd])];
  place.replaceChildren(...make().flat(4).filter(Boolean));
  if (!key || place.contains(document.activeElement)) return;
  const again = [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  again?.focus({ preventScroll: true });
  if (range && range[0] !== null) safely(() => again.setSelectionRange(...range));
}
