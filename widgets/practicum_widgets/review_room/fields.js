// A form's controls, each found by the key of what it holds: "levels:id", "words:id", "overall" ...

import { h } from "./elements.js";
import { flat } from "./merge.js";

export const MOST_MINUTES = 6000;
export const MOST_CHARACTERS = 10000;
export const LEVELS = [4, 3, 2, 1, 0];

export class Fields {
  constructor(el) {
    this.el = el; // the form, for what is typed in
    this.controls = new Map();
  }

  radio(key, value, text, mark = null) {
    const control = h("input", { type: "radio", name: key, "data-key": key, value });
    this.add(key, control);
    return h("label", { class: "pw-choice" }, control, h("span", { class: "pw-text" }, text, mark && [" ", h("span", { class: "pw-tag" }, mark)]));
  }

  area(key, text, hint = null) {
    return this.field(key, h("textarea", { rows: "3", name: key, "data-key": key, maxlength: MOST_CHARACTERS }), text, hint);
  }

  minutes(text, hint) {
    const control = h("input", { type: "number", name: "minutes", "data-key": "minutes", min: "0", max: String(MOST_MINUTES), step: "1", inputmode: "numeric" });
    return this.field("minutes", control, text, hint);
  }

  field(key, control, text, hint) {
    this.add(key, control);
    const id = `pw-hint-${key}`;
    if (hint) control.setAttribute("aria-describedby", id);
    return h("div", { class: "pw-field" }, h("label", {}, h("span", {}, text), control), hint && h("small", { id }, hint));
  }

  add(key, control) { this.controls.set(key, [...(this.controls.get(key) || []), control]); }

  has(key) { return this.controls.has(key); }

  // The control to stand on: of radios the one that is chosen.
  control(key) {
    const controls = this.controls.get(key) || [];
    return controls.find((one) => one.checked) || controls[0] || null;
  }

  fieldset(key) { return this.control(key)?.closest("fieldset"); }

  // Which field is being typed in.
  typing() {
    const key = this.el.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    return key && this.has(key) ? key : null;
  }

  // Puts a sheet into the form; a field that already says so is left alone, with its cursor.
  refill(sheet, isClosed) {
    const fields = flat(sheet);
    for (const [key, controls] of this.controls) {
      const value = String(fields[key] ?? (key === "minutes" ? 0 : ""));
      for (const control of controls) {
        if (control.type === "radio") {
          control.checked = control.value === value;
          control.disabled = isClosed;
        } else {
          if (control.value !== value) control.value = value;
          control.readOnly = isClosed;
        }
      }
    }
  }

  // What a control that was touched now holds: [key, value], or null if it is none of these.
  read(control, isFinal) {
    const key = control.dataset?.key;
    if (!key || !this.has(key)) return null;
    if (key.startsWith("levels:")) return [key, Number(control.value)];
    if (key !== "minutes") return [key, control.value];
    const minutes = Math.min(MOST_MINUTES, Math.max(0, Math.round(Number(control.value)) || 0));
    if (isFinal && control.value !== String(minutes)) control.value = String(minutes);
    return [key, minutes];
  }
}
