// The review room: an employer's reviewer reads submissions and judges each against the rubric.
//
// Here are the ways between the views, and what the page listens to. Each view and each concern
// has a file of its own; what they share is this room.

import { button, fill, h, heading, safely } from "./elements.js";
import { Connection } from "./connection.js";
import { Form } from "./form.js";
import { Kept } from "./kept.js";
import { Lines } from "./lines.js";
import { Minutes } from "./minutes.js";
import { Questions } from "./questions.js";
import { Queue } from "./queue.js";
import { Sheets } from "./sheets.js";

const RETRY_AFTER = 5000;
const LOADING_AFTER = 300;

class Room {
  constructor({ base, words, el }) {
    this.base = base;
    this.tables = words;
    this.el = el;
    this.data = null; // what the server says of the brief and its submissions
    this.view = null; // what is shown: queue, sheet, comparison, thanks, trouble
    this.form = null; // the form that is shown
    this.turn = 0;
    this.ending = new AbortController();
    this.connection = new Connection(base, (name, values) => this.say(name, values));
    this.kept = new Kept(base, () => this.data);
    this.sheets = new Sheets(this);
    this.lines = new Lines(this);
    this.minutes = new Minutes(this);
    this.questions = new Questions(this);
    this.queue = new Queue(this);
    this.speak(navigator.language.slice(0, 2)); // until the course says its own
  }

  // ---- Words ----

  speak(language) {
    this.words = { ...this.tables.en, ...this.tables[language] };
    this.el.lang = this.words.lang;
  }

  say(name, values) { return fill(this.words[name] ?? name, values); }

  // A level with its descriptor.
  level(level, levels) { return levels?.[level] ? this.say("level", { level, words: levels[level] }) : String(level); }

  // ---- What the server says ----

  async start() {
    const isCurrent = this.turned();
    if (!this.data) this.el.replaceChildren(h("p", { role: "status" }, this.say("loading")));
    const answer = await this.connection.call("GET", "room");
    if (!isCurrent()) return;
    if (!answer.ok) { this.showTrouble(answer, () => this.start()); return; }
    this.take(answer.data);
    await this.route({ isFirst: true });
    this.sheets.recover();
  }

  take(data) {
    this.data = { ...data, criteria: data.criteria || [], submissions: data.submissions || [] };
    this.lines.took();
    this.speak(data.language);
  }

  // What changed at the server since; a view that was left meanwhile is not painted.
  async refresh(isCurrent = () => true) {
    const answer = await this.connection.call("GET", "room");
    if (!isCurrent()) return;
    if (answer.status === 401) this.showTrouble(answer, () => this.start());
    if (!answer.ok) return;
    this.take(answer.data);
    this.queue.paint();
  }

  // ---- Views ----

  // Another view is on its way; returns whether it still is.
  turned() {
    const turn = ++this.turn;
    return () => turn === this.turn;
  }

  show(name, top, elements, { focus = true, title = "", form = null } = {}) {
    this.view = name;
    this.form = form;
    this.el.dataset.view = name;
    this.el.replaceChildren(...elements.flat(4).filter(Boolean));
    document.title = title ? `${title} - ${this.say("page")}` : this.say("page");
    if (!focus) return;
    top.focus({ preventScroll: true });
    top.scrollIntoView({ block: "nearest" });
    if (name === "sheet") window.scrollTo(0, 0);
  }

  showTrouble(answer, retry) {
    const isExpired = answer.status === 401;
    const text = isExpired ? this.say("expired") : answer.status === 0 ? this.say("unreachable") : this.say("failed", { why: answer.why });
    const top = heading(text);
    this.trouble = answer.status;
    this.show("trouble", top, [
      top,
      h("div", { class: "pw-row" },
        button(this.say("again_button"), retry, { class: "pw-main" }),
        this.data && !isExpired && button(this.say("back"), () => this.toQueue())),
    ]);
  }

  async open(code) {
    const isCurrent = this.turned();
    const waiting = setTimeout(() => { if (isCurrent()) this.el.prepend(h("p", { role: "status" }, this.say("loading"))); }, LOADING_AFTER);
    const { answer, record } = await this.sheets.load(code);
    clearTimeout(waiting);
    if (!isCurrent()) return;
    // Without a network what is open already is still there to write in.
    const isShut = !answer.ok && (!record || [401, 404, 423].includes(answer.status));
    if (isShut) this.showTrouble(answer, () => this.open(code));
    else new Form(this, record).show();
  }

  // ---- Ways ----

  get code() { return (safely(() => decodeURIComponent(location.hash.slice(1))) || "").trim(); }

  async route({ isFirst = false, said = "" } = {}) {
    if (!this.data) return;
    this.leave();
    if (!this.code) { this.queue.show(!isFirst, said); return; }
    const line = this.lines.find(this.code);
    if (line) { await this.open(line.code); return; }
    const top = heading(this.say("no_such"));
    this.show("trouble", top, [top, button(this.say("back"), () => this.toQueue())]);
    this.trouble = 404;
  }

  // said: a sentence about what was just done.
  toQueue(said = "") {
    if (location.hash) history.pushState(null, "", location.pathname + location.search);
    this.route({ said });
  }

  to(code) {
    const hash = `#${encodeURIComponent(code)}`;
    if (location.hash === hash) this.route();
    else location.hash = hash;
  }

  // Another view comes: the form that is shown is saved, with the minutes that were counted.
  leave({ keepalive = false } = {}) {
    const record = this.form?.record;
    if (!record) return;
    if (record.state !== "submitted" && (record.sheet.minutes || 0) > (record.base.minutes || 0)) record.touched = true;
    if (record.touched && this.sheets.isDirty(record)) this.sheets.save(record, { keepalive });
  }

  // ---- What the sheets tell ----

  formOf(record) { return this.form?.record === record ? this.form : null; }

  typing(record) { return this.formOf(record)?.fields.typing() ?? null; }

  told(record) {
    this.formOf(record)?.paintStatus();
    if (this.view === "queue") this.queue.paintUnsaved();
  }

  merged(record) { this.formOf(record)?.refill(); }

  // ---- Life ----

  retry(isBack = false) {
    this.sheets.retry(isBack);
    if (isBack && this.view === "trouble" && this.trouble === 0) this.start();
  }

  listen() {
    const { signal } = this.ending;
    this.minutes.listen(signal);
    // A hash that is typed fires popstate and hashchange: one of them is enough.
    window.addEventListener("popstate", () => this.route(), { signal });
    window.addEventListener("online", () => this.retry(true), { signal });
    document.addEventListener("visibilitychange", () => this.seen(), { signal });
    window.addEventListener("pagehide", () => {
      this.leave({ keepalive: true });
      this.sheets.flush(this.form?.record);
    }, { signal });
    window.addEventListener("beforeunload", (event) => {
      if (this.sheets.isAtRisk() || this.questions.isAtRisk()) event.preventDefault();
    }, { signal });
    const retrying = setInterval(() => this.retry(), RETRY_AFTER);
    signal.addEventListener("abort", () => clearInterval(retrying));
  }

  seen() {
    const record = this.form?.record;
    if (document.visibilityState === "visible") {
      this.minutes.used();
      this.retry(true);
    } else if (record?.touched) this.sheets.save(record);
  }
}

// Shows the room in an element. words: the tables of words by language.
export function enter({ base, words, el }) {
  el.classList.add("pw", "pw-review");
  const room = new Room({ base, words, el });
  room.listen();
  room.start();
  return () => { room.leave(); room.ending.abort(); };
}
