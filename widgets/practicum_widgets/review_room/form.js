// The form: a submission in its frame, and beside it what is to be said of it.

import { button, h, heading, put } from "./elements.js";
import { briefDetails } from "./brief.js";
import { deep, flat, partAndId } from "./merge.js";
import { declining } from "./declining.js";
import { Fields, LEVELS } from "./fields.js";
import { Sending } from "./sending.js";
import { dayAndTime } from "./times.js";

const AGAIN = ["yes", "perhaps", "no", ""];

export class Form {
  constructor(room, record) {
    this.room = room;
    this.record = record;
    this.isAnchor = record.kind === "anchor";
    this.last = null; // the field that was typed in last
    this.sending = new Sending(room, this);
    this.notice = h("div", { class: "pw-notice" });
    this.check = h("div", { class: "pw-check" });
    this.problem = h("p", { role: "alert", class: "pw-problem" });
    this.status = h("p", { role: "status", class: "pw-status" });
    this.past = h("p", { class: "pw-quiet" });
    this.unsent = h("p", { class: "pw-warn" });
    this.sender = h("button", { type: "submit", class: "pw-main" });
    this.el = h("form", { class: "pw-form", novalidate: true, ...this.listeners() });
    this.fields = new Fields(this.el);
  }

  say(name, values) { return this.room.say(name, values); }

  listeners() {
    const { record } = this;
    return {
      onsubmit: (event) => { event.preventDefault(); this.sending.submit(); },
      oninput: (event) => this.typed(event),
      onchange: (event) => this.typed(event),
      onfocusin: () => { this.last = this.fields.typing() ?? this.last; },
      onfocusout: () => { if (record.touched) this.room.sheets.save(record); },
    };
  }

  // ---- What is seen ----

  show() {
    const { code } = this.record;
    const title = this.say(this.isAnchor ? "anchor_title" : "submission", { code });
    const top = heading(title);
    const address = `${this.room.base}submissions/${encodeURIComponent(code)}`;
    const formHeading = heading(this.say("form"), "h3");
    this.el.append(...this.parts(formHeading).flat().filter(Boolean));
    this.room.show("sheet", top, [
      h("div", { class: "pw-top" },
        button(this.say("back"), () => this.room.toQueue()),
        top,
        button(this.say("to_form"), () => { formHeading.focus(); formHeading.scrollIntoView(); }, { class: "pw-narrow" }),
        h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, this.say("own_tab"))),
      h("div", { class: "pw-panes" },
        h("div", { class: "pw-paper" }, h("iframe", { sandbox: "", title, src: address })),
        this.el),
    ], { title, form: this });
    this.fields.refill(this.record.sheet, this.record.closed);
    this.paintPast();
    this.paintNotice();
    this.paintStatus();
  }

  parts(formHeading) {
    const { brief, criteria } = this.room.data;
    return [
      formHeading,
      button(this.say("to_paper"), () => this.room.el.querySelector(".pw-paper")?.scrollIntoView(), { class: "pw-narrow" }),
      this.isAnchor && h("p", {}, this.say("anchor_form")),
      this.past,
      this.unsent,
      h("details", {}, h("summary", {}, this.say("brief_again")),
        h("p", { class: "pw-text" }, h("strong", {}, brief.title)),
        brief.question && h("p", { class: "pw-text" }, brief.question),
        briefDetails(this.room)),
      criteria.map((criterion) => this.criterion(criterion)),
      !this.isAnchor && this.allInAll(),
      this.check,
      h("p", {}, this.sender),
      !this.isAnchor && !this.record.closed && declining(this.room, this.record),
      h("div", { class: "pw-bar" }, this.notice, this.problem, this.status),
    ];
  }

  criterion({ id, title, question, levels }) {
    const { fields, record } = this;
    const agreed = record.agreed?.[id];
    const mark = (level) => (agreed && Number(agreed.level) === level ? this.say("agreed_tag") : null);
    return h("fieldset", { "data-criterion": id },
      h("legend", {}, title),
      question && h("p", { class: "pw-text" }, question),
      LEVELS.map((level) => fields.radio(`levels:${id}`, String(level), this.room.level(level, levels), mark(level))),
      agreed && h("p", { class: "pw-agreed pw-text" }, this.say("agreed_why", { level: agreed.level, words: agreed.words || this.say("agreed_no_why") })),
      fields.area(`words:${id}`, this.say(this.isAnchor ? "words_practice" : "words_for")));
  }

  allInAll() {
    const { fields } = this;
    return [
      h("fieldset", {}, h("legend", {}, this.say("overall_legend")), fields.area("overall", this.say("overall"))),
      h("fieldset", {}, h("legend", {}, this.say("again")), AGAIN.map((value) => fields.radio("again", value, this.say(`again_${value}`)))),
      h("fieldset", {}, h("legend", {}, this.say("last")),
        fields.area("note", this.say("note"), this.say("note_hint")),
        fields.minutes(this.say("minutes"), this.say("minutes_hint"))),
    ];
  }

  // ---- What is typed ----

  typed(event) {
    const { record } = this;
    const read = record.closed ? null : this.fields.read(event.target, event.type === "change");
    if (!read) return;
    const [key, value] = read;
    const fields = flat(record.sheet);
    if (key === "minutes" && value !== (record.sheet.minutes || 0)) record.isTimed = false; // the reviewer knows better from here on
    if ((fields[key] ?? (key === "minutes" ? 0 : "")) === value) return;
    if (value === "") delete fields[key];
    else fields[key] = value;
    record.sheet = deep(fields);
    this.room.sheets.changed(record);
    this.fields.fieldset(key)?.classList.remove("pw-missing");
    if (key.startsWith("levels:") && !this.el.querySelector(".pw-missing")) put(this.problem, "");
    this.paintPast();
  }

  refill() {
    this.fields.refill(this.record.sheet, this.record.closed);
    this.paintNotice();
  }

  // ---- What is said ----

  paintStatus() {
    put(this.status, this.record.says || "");
    this.status.classList.toggle("pw-warn", Boolean(this.record.trouble));
    this.paintPast();
  }

  paintPast() {
    const { record } = this;
    const isSent = record.state === "submitted";
    const times = record.history.map((iso) => dayAndTime(iso, this.room.words.lang)).join("; ");
    const may = record.closed ? this.say("closed_sheet") : isSent && this.say("amend");
    const text = [times && this.say("sent_before", { times }), may].filter(Boolean).join(" ");
    put(this.past, text);
    this.past.hidden = !text;
    this.unsent.hidden = !isSent || !record.isUnsent || record.closed;
    put(this.unsent, this.unsent.hidden ? "" : this.say("changed_unsent"));
    this.sender.hidden = record.closed;
    put(this.sender, this.say(this.isAnchor ? "send_anchor" : isSent ? "send_changes" : "send"));
  }

  name(key) {
    const [part, id] = partAndId(key);
    const title = this.room.data.criteria.find((one) => one.id === id)?.title;
    return title || this.say(["overall", "note", "again"].includes(part) ? part : key);
  }

  value(key, value) {
    if (key === "again") return this.say(`again_${value}`);
    if (!key.startsWith("levels:")) return value;
    return this.room.level(value, this.room.data.criteria.find((one) => one.id === key.slice(7))?.levels);
  }

  paintNotice() {
    const { record } = this;
    const replaced = Object.entries(record.replaced);
    this.notice.replaceChildren(...(record.notice ? [h("div", { class: "pw-warn" },
      h("p", { role: "alert" }, this.say(record.notice)),
      replaced.length > 0 && h("details", { open: true }, h("summary", {}, this.say("replaced")),
        h("dl", {}, replaced.map(([key, value]) => [h("dt", {}, this.name(key)), h("dd", { class: "pw-text" }, this.value(key, value))]))),
      button(this.say("dismiss"), () => this.dismiss()))] : []));
  }

  dismiss() {
    Object.assign(this.record, { notice: "", replaced: {} });
    if (this.record.closed) this.room.sheets.forget(this.record);
    this.notice.replaceChildren();
    (this.fields.control(this.last) || this.el.querySelector("h3"))?.focus();
  }
}
