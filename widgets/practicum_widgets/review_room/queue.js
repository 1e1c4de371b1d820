// The first view: the task, the warm-up, the submissions, and what students ask and say.

import { button, h, heading, progress, put, replace } from "./elements.js";
import { briefDetails } from "./brief.js";
import { howFar } from "./comparison.js";
import { day } from "./times.js";
import { supervision } from "./supervision.js";

const LOOK_AGAIN = 20_000; // milliseconds

export class Queue {
  constructor(room) {
    this.room = room;
    this.far = ""; // how far one was off in the warm-up
  }

  say(name, values) { return this.room.say(name, values); }

  // said: a sentence about what was just done.
  async show(focus, said = "") {
    const { room } = this;
    const { brief, reviewer } = room.data;
    const isCurrent = room.turned();
    const top = heading(brief.title);
    const done = said && h("p", { class: "pw-summary", tabindex: "-1" }, said);
    this.list = h("div", {});
    this.supervision = h("div", {});
    this.unsaved = h("p", { class: "pw-status", role: "status" });
    const who = [brief.employer && this.say("by", { employer: brief.employer }), reviewer?.name && this.say("hello", { name: reviewer.name })];
    room.show("queue", done || top, [
      done,
      top,
      h("p", { class: "pw-quiet" }, who.filter(Boolean).join(" ")),
      brief.question && h("p", { class: "pw-question pw-text" }, brief.question),
      briefDetails(room),
      h("p", {}, this.say(room.data.closed ? "what_closed" : "what_to_do")),
      this.list,
      room.questions.section(),
      this.supervision,
      this.contacts(),
      this.unsaved,
    ], { focus });
    this.paint();
    room.questions.load();
    // What other windows did meanwhile; at first it was fetched just now.
    if (focus) await room.refresh(isCurrent);
    this.measure();
    this.wait(isCurrent);
  }

  // A queue without submissions looks again by itself: what is graded comes in meanwhile.
  async wait(isCurrent) {
    while (isCurrent() && this.room.lines.submissions.length === 0) {
      await new Promise((done) => setTimeout(done, LOOK_AGAIN));
      if (isCurrent()) await this.room.refresh(isCurrent);
    }
  }

  // Whom to ask.
  contacts() {
    const { contacts = [] } = this.room.data;
    const who = contacts.map(({ name, email }) => (email ? `${name} (${email})` : name)).join(", ");
    return who && h("p", { class: "pw-quiet" }, this.say("contacts", { who }));
  }

  // How far one was off is told once the warm-up is done.
  async measure() {
    const { lines } = this.room;
    if (lines.anchors.length === 0 || lines.isCalibrating) return;
    const far = await howFar(this.room);
    if (far === this.far) return;
    this.far = far;
    this.paint();
  }

  paint() {
    const { room } = this;
    if (room.view !== "queue") return;
    const next = room.data.closed ? null : room.lines.next(null);
    replace(this.list, () => [
      this.due(),
      h("div", { class: "pw-row" },
        next && button(this.say(room.lines.state(next) === "draft" || room.lines.done(room.lines.all) > 0 ? "go_on" : "begin", { code: next.code }),
          () => room.to(next.code), { class: "pw-main", "data-key": "next" }),
        room.questions.pointer()),
      this.warmUp(),
      this.submissions(),
    ]);
    this.supervision.replaceChildren(...supervision(room));
    this.paintUnsaved();
  }

  due() {
    const { due, closed, supervision: isReleased } = this.room.data;
    const { lines } = this.room;
    const isLeft = lines.all.some((line) => lines.state(line) !== "submitted" || lines.isUnsent(line));
    if (!due || closed || isReleased || !isLeft) return null;
    const isOver = new Date(due) < new Date();
    return h("p", { class: isOver ? "pw-warn" : "pw-due" }, this.say(isOver ? "due_over" : "due", { date: day(due, this.room.words.lang) }));
  }

  warmUp() {
    const { lines } = this.room;
    const { anchors } = lines;
    if (anchors.length === 0) return null;
    const [done, all] = [lines.done(anchors), anchors.length];
    const list = h("ul", { class: "pw-queue" }, anchors.map((line) => this.item(line)));
    if (!lines.isCalibrating) {
      return h("section", {}, h("h3", {}, this.say("calibration_over")),
        this.far && h("p", {}, this.far),
        h("details", {}, h("summary", {}, this.say("calibration_look")), list));
    }
    return h("section", {},
      h("h3", {}, all === 1 ? this.say("calibration_one") : this.say("calibration", { all: this.number(all) })),
      h("p", {}, this.say("calibration_why")),
      progress(this.say("calibration_progress", { done, all }), done, all),
      list);
  }

  number(n) { return this.room.words.numbers?.[n] ?? n; }

  submissions() {
    const { lines, data } = this.room;
    const found = lines.submissions;
    const [done, all] = [lines.done(found), found.length];
    const isLocked = found.some((line) => line.locked);
    const left = found.filter((line) => lines.state(line) !== "submitted").reduce((sum, line) => sum + (line.minutes || 0), 0);
    return h("section", {},
      h("h3", {}, this.say("queue")),
      all === 0 && h("p", {}, this.say("empty")),
      isLocked && !data.closed && h("p", {}, this.say("locked_why")),
      all > 0 && !isLocked && progress(this.say("progress", { done, all }), done, all),
      left > 0 && !data.closed && h("p", { class: "pw-quiet" }, this.say("left_minutes", { minutes: left })),
      h("ul", { class: "pw-queue" }, found.map((line) => this.item(line))));
  }

  item(line) {
    const { lines } = this.room;
    const state = line.locked ? "locked" : lines.isUnsent(line) ? "unsent" : lines.state(line);
    const reading = line.minutes >= 1 ? this.say("about_minutes", { minutes: line.minutes, words: line.words }) : this.say("under_minute");
    const parts = [
      h("strong", {}, line.code), " ",
      h("span", { class: "pw-state" }, this.say(`state_${state}`)), " ",
      h("span", { class: "pw-quiet" }, reading),
    ];
    if (line.locked) return h("li", {}, h("div", { class: "pw-locked", "data-state": state }, parts));
    return h("li", {}, button(parts, () => this.room.to(line.code), { "data-key": `open:${line.code}`, "data-state": state }));
  }

  paintUnsaved() {
    const { sheets } = this.room;
    const found = [...sheets.records.values()].filter((record) => record.trouble && sheets.isDirty(record));
    put(this.unsaved, found.map((record) => `${record.code}: ${record.says}`).join(" "));
    this.unsaved.classList.toggle("pw-warn", found.length > 0);
  }
}
