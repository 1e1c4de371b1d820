// The sheets that were opened: each record holds what the server has (base, revision) and what is
// on the screen (sheet). Whatever is not saved is also kept in this browser.

import { sheetPath } from "./connection.js";
import { clock, moment } from "./times.js";
import { lost, merged, same, trimmed } from "./merge.js";

const SAVE_AFTER = 600;

const EMPTY = { sheet: null, base: null, revision: -1, replaced: {}, notice: "", savedAt: null, trouble: "", touched: false, isTimed: true, isUnsent: false, skipped: false, flight: null, again: false, timer: null, kept: false };

export class Sheets {
  // room: knows what is typed in and what is shown (typing, told, merged).
  constructor(room) {
    this.room = room;
    this.records = new Map();
  }

  get known() { return new Set(this.room.data.criteria.map((one) => one.id)); }

  keep(record) {
    const { sheet, base, revision } = record;
    record.kept = this.room.kept.write(record.code, { sheet, base, revision });
  }

  forget(record) { this.room.kept.remove(record.code); }

  kept(code) {
    const value = this.room.kept.read(code);
    return value?.sheet ? value : null;
  }

  // Minutes that were only counted do not matter.
  isDirty(record) { return !record.closed && record.sheet !== null && !same(record.sheet, record.base, record.touched ? [] : ["minutes"]); }

  // Whether closing the page would lose something: only where the browser keeps nothing.
  isAtRisk() { return [...this.records.values()].some((record) => this.isDirty(record) && record.touched && !record.kept); }

  // ---- Opening ----

  // The record of a submission as the server has it now, or the answer that says why not.
  async load(code) {
    const before = this.records.get(code);
    if (before && this.isDirty(before)) await this.save(before);
    const answer = await this.room.connection.call("GET", sheetPath(code));
    const held = this.records.get(code);
    // Two asked at once, and the first answer is on the screen already.
    if (!answer.ok || (held && !before)) return { answer, record: held };
    const record = held || { ...EMPTY, code, replaced: {} };
    this.take(record, answer.data, held);
    this.records.set(code, record);
    if (this.isDirty(record)) this.save(record);
    return { answer, record };
  }

  take(record, data, held) {
    const theirs = trimmed(data.sheet, this.known);
    const kept = held && this.isDirty(held) ? held : this.kept(record.code);
    this.takeFacts(record, data);
    record.closed = Boolean(this.room.data.closed || data.closed);
    record.revision = Number(data.revision) || 0;
    if (kept && !record.closed) this.restore(record, kept, theirs, held);
    else {
      record.base = theirs;
      record.sheet = structuredClone(theirs);
      if (kept) this.tooLate(record, kept, theirs);
    }
    record.isUnsent = record.state === "submitted" && (Boolean(data.unsent) || this.isDirty(record));
  }

  takeFacts(record, data) {
    record.state = data.state || record.state || "new";
    record.kind = data.kind || record.kind || "submission";
    if (Array.isArray(data.history)) record.history = data.history;
    record.history ||= [];
    if (data.agreed !== undefined) record.agreed = data.agreed;
    if (data.agreed_by !== undefined) record.agreed_by = data.agreed_by;
    if (data.attempts !== undefined) record.attempts = data.attempts;
  }

  restore(record, kept, theirs, held) {
    const { sheet, replaced } = merged(trimmed(kept.base, this.known), trimmed(kept.sheet, this.known), theirs, null);
    const gaveWay = Object.keys(replaced).length > 0;
    if (gaveWay) Object.assign(record, { replaced, notice: "conflict" });
    else if (!held && !same(sheet, theirs)) record.notice = "restored";
    record.base = theirs;
    record.sheet = sheet;
    if (gaveWay || this.isDirty(record)) record.touched = true;
    if (this.isDirty(record)) this.keep(record);
    else this.forget(record);
  }

  tooLate(record, kept, theirs) {
    record.replaced = lost(trimmed(kept.sheet, this.known), theirs);
    if (Object.keys(record.replaced).length > 0) record.notice = "too_late";
    else this.forget(record);
  }

  // ---- Saving ----

  // Something was typed or chosen.
  changed(record, at = SAVE_AFTER) {
    record.touched = true;
    if (record.state === "submitted") record.isUnsent = true;
    if (record.state === "new") record.state = "draft";
    this.keep(record);
    clearTimeout(record.timer);
    record.timer = setTimeout(() => this.save(record), at);
  }

  // Saves what is unsaved; one request at a time, the last state last.
  save(record, { keepalive = false } = {}) {
    clearTimeout(record.timer);
    if (keepalive) {
      if (this.isDirty(record)) { this.keep(record); this.put(record, true); }
      return Promise.resolve();
    }
    if (record.flight) { record.again = true; return record.flight; }
    record.flight = this.saveAll(record).finally(() => { record.flight = null; });
    return record.flight;
  }

  async saveAll(record) {
    do {
      record.again = false;
      if (!this.isDirty(record)) {
        // What was unsaved was taken back.
        if (record.trouble) this.saved(record, structuredClone(record.sheet), { revision: record.revision, at: record.savedAt });
        return;
      }
      await this.put(record, false);
    } while (record.again && !record.trouble);
  }

  async put(record, keepalive) {
    const sheet = structuredClone(record.sheet);
    if (!record.trouble) this.tell(record, this.room.say("saving"));
    const answer = await this.room.connection.call("PUT", sheetPath(record.code), { sheet, revision: record.revision }, keepalive);
    if (answer.ok) this.saved(record, sheet, answer.data);
    else if (answer.status === 409 && answer.data.sheet) this.conflict(record, sheet, answer.data);
    else this.unsaved(record, answer);
  }

  saved(record, sheet, data) {
    record.base = sheet;
    record.revision = Number(data.revision) || record.revision;
    record.savedAt = moment(data.at);
    record.trouble = "";
    if (this.isDirty(record)) { this.keep(record); record.again = true; }
    else this.settled(record, data);
    this.tell(record, this.room.say(record.isUnsent ? "saved_unsent" : "saved", { at: clock(record.savedAt) }));
  }

  // The server has all that was written; only it knows whether all of that was sent.
  settled(record, data) {
    this.forget(record);
    record.touched = false;
    if (typeof data.unsent === "boolean") record.isUnsent = data.unsent;
  }

  // Another window has saved since: its sheet, but not in the field that is being typed in.
  conflict(record, sent, data) {
    const theirs = trimmed(data.sheet, this.known);
    const { sheet, replaced } = merged(record.base, record.sheet, theirs, this.room.typing(record));
    record.revision = Number(data.revision) || 0;
    record.trouble = "";
    // One's own request that was saved although its answer never came is nobody else's.
    const isOwn = same(theirs, sent, ["minutes"]);
    record.base = theirs;
    record.sheet = sheet;
    Object.assign(record.replaced, replaced);
    if (!isOwn) record.notice = "conflict";
    this.room.merged(record);
    if (this.isDirty(record)) {
      this.keep(record);
      record.again = true;
      return;
    }
    record.savedAt = new Date();
    this.settled(record, data);
    this.tell(record, this.room.say(record.isUnsent ? "saved_unsent" : "saved", { at: clock(record.savedAt) }));
  }

  unsaved(record, answer) {
    this.keep(record);
    record.trouble = Sheets.trouble(answer.status);
    const says = record.trouble === "expired" ? "expired_form" : record.trouble === "offline" && !record.kept ? "offline_only" : record.trouble;
    this.tell(record, this.room.say(says, { why: answer.why }));
  }

  static trouble(status) {
    if (status === 0) return "offline";
    if (status === 401) return "expired";
    return status >= 500 || status === 429 ? "later" : "refused";
  }

  tell(record, text) {
    record.says = text;
    this.room.told(record);
  }

  // What is not saved is tried again; what was refused waits until it is changed.
  retry(isBack) {
    for (const record of this.records.values()) {
      if (!this.isDirty(record) || record.flight) continue;
      if (["offline", "later"].includes(record.trouble) || (isBack && record.trouble === "expired")) this.save(record);
    }
  }

  // What an earlier visit could not save is saved without being opened.
  recover() {
    for (const { code, locked } of this.room.data.submissions) if (!locked && !this.records.has(code) && this.kept(code)) this.load(code);
  }

  // The page is left: what is on its way nowhere yet goes out now.
  flush(but) {
    for (const record of this.records.values()) {
      if (record !== but && record.flight === null && this.isDirty(record) && !record.trouble) this.save(record, { keepalive: true });
    }
  }

  // A submission that is this reviewer's no longer.
  drop(record) {
    clearTimeout(record.timer);
    record.closed = true;
    this.forget(record);
    this.records.delete(record.code);
  }
}
