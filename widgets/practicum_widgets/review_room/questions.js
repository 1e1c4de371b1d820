// Questions from students, by code, and the answers to them. An answer is kept in this browser
// until it is sent, and sent twice it is still one.

import { button, h, heading, paragraphs, put, replace } from "./elements.js";
import { MOST_CHARACTERS } from "./fields.js";
import { dayAndTime } from "./times.js";

// A key for a new message.
const newId = () => crypto.getRandomValues(new Uint32Array(3)).reduce((id, part) => id + part.toString(36), "m");

export class Questions {
  constructor(room) {
    this.room = room;
    this.threads = null; // until they are loaded
    this.why = ""; // why they are not
    this.areas = new Map(); // what is being written, by code
    this.notes = new Map();
    this.order = [];
    this.flights = new Set();
    this.unkept = new Set();
  }

  say(name, values) { return this.room.say(name, values); }

  get open() { return (this.threads || []).filter((thread) => thread.open).length; }

  // How many wait for an answer, as far as it is known.
  get waiting() { return this.threads ? this.open : Number(this.room.data.questions) || 0; }

  isAtRisk() { return this.unkept.size > 0; }

  section() {
    this.el = h("section", { class: "pw-questions" });
    this.paint();
    return this.el;
  }

  // A line above the submissions: the questions stand below them.
  pointer() {
    const n = this.waiting;
    if (n === 0) return null;
    const go = () => { this.top?.focus({ preventScroll: true }); this.el.scrollIntoView({ block: "start" }); };
    return button(this.say(n === 1 ? "questions_wait_one" : "questions_wait", { n }), go, { "data-key": "questions" });
  }

  async load() {
    const answer = await this.room.connection.call("GET", "messages");
    // What is open stands first; it stays where it is when it is answered.
    if (answer.ok) this.order = [...(answer.data.threads || [])].sort((a, b) => b.open - a.open).map(({ code }) => code);
    this.take(answer);
  }

  take(answer) {
    if (answer.ok && Array.isArray(answer.data.threads)) {
      const place = ({ code }) => this.order.indexOf(code);
      this.threads = [...answer.data.threads].sort((a, b) => place(a) - place(b));
      this.why = "";
    } else this.why = answer.status === 404 ? "" : answer.why;
    this.paint();
    this.room.queue.paint();
  }

  // ---- What is seen ----

  paint() {
    const threads = this.threads || [];
    this.el.hidden = threads.length === 0 && !this.why;
    if (this.el.hidden) return;
    this.top = heading(this.say(this.open > 0 ? "questions_open" : "questions", { n: this.open }), "h3");
    replace(this.el, () => [
      this.top,
      this.why && h("p", { class: "pw-warn" }, this.say("questions_failed", { why: this.why }), " ", button(this.say("again_button"), () => this.load(), { "data-key": "load" })),
      threads.length > 0 && h("p", { class: "pw-quiet" }, this.say("questions_who")),
      threads.map((thread) => this.thread(thread)),
    ]);
  }

  thread(thread) {
    const { code, open, messages } = thread;
    const isBegun = Boolean(this.area(code).value);
    return h("article", { class: "pw-thread", "data-open": Boolean(open), "data-code": code, "aria-label": this.say("thread", { code }) },
      h("h4", {}, code, " ", h("span", { class: "pw-state" }, this.say(open ? "thread_open" : "thread_answered"))),
      h("ol", { class: "pw-messages" }, messages.map((message) => this.message(message))),
      open ? this.writing(thread)
        : h("details", { open: isBegun }, h("summary", { "data-key": `more:${code}` }, this.say("answer_more")), this.writing(thread)),
      this.note(code));
  }

  message({ author, name, text, at, mine }) {
    const who = mine ? this.say("author_you") : author === "student" ? this.say("author_student") : this.say(`author_${author}`, { name: name || "" });
    return h("li", { "data-author": mine ? "you" : author },
      h("p", { class: "pw-quiet" }, h("strong", {}, who), " ", dayAndTime(at, this.room.words.lang)),
      paragraphs(text));
  }

  writing(thread) {
    const { code } = thread;
    const area = this.area(code);
    const send = button(this.say("answer"), () => this.send(thread), { "data-key": `send:${code}`, disabled: this.flights.has(code) });
    return h("div", { class: "pw-field" },
      h("label", {}, h("span", {}, this.say("your_answer", { code })), area),
      h("div", { class: "pw-row" }, send));
  }

  note(code) {
    if (!this.notes.has(code)) this.notes.set(code, h("p", { role: "status", class: "pw-note" }));
    return this.notes.get(code);
  }

  tell(code, text, isTrouble = false) {
    put(this.note(code), text);
    this.note(code).classList.toggle("pw-warn", isTrouble);
  }

  // ---- What is written ----

  // The same text field at each painting, so that nothing is lost that somebody is typing.
  area(code) {
    if (this.areas.has(code)) return this.areas.get(code);
    const area = h("textarea", { rows: "3", maxlength: MOST_CHARACTERS, "data-key": `answer:${code}`, value: this.draft(code).text || "", oninput: () => this.typed(code) });
    this.areas.set(code, area);
    if (area.value) this.tell(code, this.say("answer_unsent"));
    return area;
  }

  draft(code) { return this.room.kept.read(`answer:${code}`) || this.held?.[code] || {}; }

  keep(code, draft) {
    this.held = { ...this.held, [code]: draft };
    if (this.room.kept.write(`answer:${code}`, draft) || !draft.text) this.unkept.delete(code);
    else this.unkept.add(code);
  }

  forget(code) {
    this.held = { ...this.held, [code]: undefined };
    this.unkept.delete(code);
    this.room.kept.remove(`answer:${code}`);
  }

  typed(code) {
    const text = this.area(code).value;
    if (text) this.keep(code, { ...this.draft(code), text });
    else this.forget(code);
    this.tell(code, text ? this.say("answer_unsent") : "");
  }

  // The same text has the same id however often it is tried; the server keeps the first of an id,
  // so that a text that was changed after a try needs another one.
  async send({ code, messages }) {
    const area = this.area(code);
    const text = area.value.trim();
    if (this.flights.has(code)) return;
    if (!text) { this.tell(code, this.say("answer_empty"), true); area.focus(); return; }
    const before = this.draft(code);
    const id = before.id && before.tried === text ? before.id : newId();
    this.keep(code, { text: area.value, id, tried: text });
    const question = messages.findLast((message) => message.author === "student");
    this.flights.add(code);
    this.tell(code, this.say("sending"));
    const answer = await this.room.connection.call("POST", "messages", { code, id, answers: question?.id || "", text });
    this.flights.delete(code);
    if (!answer.ok) { this.tell(code, this.refusal(answer), true); return; }
    if (area.value.trim() === text) {
      area.value = "";
      this.forget(code);
    }
    this.tell(code, this.say("answer_sent"));
    this.take(answer);
    // The field is folded away now.
    if (!this.el.contains(document.activeElement)) this.el.querySelector(`[data-key="more:${code}"]`)?.focus({ preventScroll: true });
  }

  refusal(answer) {
    if (answer.status === 0) return this.say("answer_offline");
    if (answer.status === 401) return this.say("expired");
    return this.say("answer_refused", { why: answer.why });
  }
}
