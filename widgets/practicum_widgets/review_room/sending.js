// Sending a sheet: what is missing is shown first, then what a student would miss in the words.

import { button, h, heading } from "./elements.js";
import { sheetPath } from "./connection.js";
import { Comparison } from "./comparison.js";
import { moment } from "./times.js";
import { thanks } from "./thanks.js";

const FEW_WORDS = 8;

const wordsIn = (text) => (String(text ?? "").match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) || []).length;

export class Sending {
  constructor(room, form) {
    this.room = room;
    this.form = form;
    this.record = form.record;
  }

  say(name, values) { return this.room.say(name, values); }

  get isShown() { return this.room.form === this.form; }

  submit() {
    const { record, form } = this;
    if (record.closed || record.isSending) return;
    form.problem.textContent = "";
    form.check.replaceChildren();
    const missing = this.room.data.criteria.map(({ id }) => id).filter((id) => record.sheet.levels[id] === undefined);
    if (missing.length > 0) { this.showMissing(missing); return; }
    const hints = record.skipped || form.isAnchor ? null : this.hints();
    if (hints) this.showHints(hints);
    else this.send();
  }

  showMissing(ids) {
    const { fields, problem } = this.form;
    const known = this.room.data.criteria.filter(({ id }) => ids.includes(id));
    if (known.length === 0) return false;
    for (const { id } of this.room.data.criteria) fields.fieldset(`levels:${id}`)?.classList.toggle("pw-missing", ids.includes(id));
    problem.textContent = this.say("missing", { titles: known.map(({ title }) => title).join(", ") });
    this.goTo(`levels:${known[0].id}`);
    return true;
  }

  goTo(key) {
    const control = this.form.fields.control(key);
    control.focus({ preventScroll: true });
    control.closest("fieldset").scrollIntoView({ block: "start" });
  }

  // ---- What a student would miss in the words ----

  hints() {
    const { words, overall } = this.record.sheet;
    const { criteria } = this.room.data;
    const short = criteria.filter(({ id }) => wordsIn(words[id]) < FEW_WORDS);
    const all = [...criteria.map(({ id }) => words[id] || ""), overall].join("\n");
    const pattern = new RegExp(`(?<!\\p{L})(?:${this.room.words.next_words || "next"})(?!\\p{L})`, "iu");
    const hasNext = pattern.test(all);
    return short.length > 0 || !hasNext ? { short, hasNext } : null;
  }

  showHints({ short, hasNext }) {
    const { check, sender } = this.form;
    const top = heading(this.say("hint_title"), "h4");
    const improve = () => {
      check.replaceChildren();
      this.goTo(short.length > 0 ? `words:${short[0].id}` : "overall");
    };
    const skip = () => { this.record.skipped = true; check.replaceChildren(); sender.focus(); this.send(); };
    check.replaceChildren(h("div", { class: "pw-warn", role: "group", "aria-label": this.say("hint_title") },
      top,
      short.length > 0 && h("p", {}, this.say("hint_short", { titles: short.map(({ title }) => title).join(", ") })),
      !hasNext && h("p", {}, this.say("hint_next")),
      h("p", {}, this.say("hint_help")),
      h("div", { class: "pw-row" }, button(this.say("improve"), improve), button(this.say("as_it_is"), skip))));
    top.focus({ preventScroll: true });
    check.scrollIntoView({ block: "nearest" });
  }

  // ---- Sending ----

  async send(isSecond = false) {
    const { record } = this;
    const { sheets } = this.room;
    record.isSending = true;
    clearTimeout(record.timer);
    sheets.tell(record, this.say("sending"));
    while (record.flight) await record.flight;
    const sheet = structuredClone(record.sheet);
    record.touched = true;
    record.flight = this.room.connection.call("POST", sheetPath(record.code, "submit"), { sheet, revision: record.revision });
    const answer = await record.flight;
    record.flight = null;
    record.isSending = false;
    if (answer.ok) this.sent(sheet, answer.data);
    else this.notSent(sheet, answer, isSecond);
  }

  async sent(sheet, data) {
    const { record } = this;
    const { sheets, lines } = this.room;
    Object.assign(record, { isUnsent: false, state: "submitted", notice: "", replaced: {} });
    const history = [...record.history, moment(data.at).toISOString()];
    sheets.takeFacts(record, { history, ...data, state: "submitted" });
    sheets.saved(record, sheet, data);
    lines.sent(record.code);
    if (sheets.isDirty(record)) { record.isUnsent = true; sheets.save(record); }
    if (!this.isShown) this.room.queue.paint();
    else if (this.form.isAnchor) await new Comparison(this.room, record).open();
    else thanks(this.room, record);
  }

  notSent(sheet, answer, isSecond) {
    const { record } = this;
    const { sheets } = this.room;
    let says = this.say("not_sent", { why: answer.why });
    if (answer.status === 409 && answer.data.sheet) {
      sheets.conflict(record, sheet, answer.data);
      // The other window says the same, or it was this one, whose answer was lost.
      if (!isSecond && !record.notice) { this.send(true); return; }
      if (sheets.isDirty(record)) sheets.save(record);
      if (record.notice) says = this.say("not_sent_conflict");
    } else if (answer.status === 422 && Array.isArray(answer.data.missing) && answer.data.missing.length > 0) {
      sheets.tell(record, "");
      sheets.save(record);
      if (!this.isShown || this.showMissing(answer.data.missing)) return;
    } else if (answer.status === 0 || answer.status === 401 || answer.status >= 500) {
      if (answer.status === 0) says = this.say("not_sent_offline");
      if (answer.status === 401) says = this.say("expired");
      sheets.unsaved(record, answer);
    } else {
      sheets.tell(record, "");
      sheets.save(record);
    }
    if (this.isShown) this.form.problem.textContent = says;
  }
}
