// The review room: an employer's reviewer reads submissions and judges each against the rubric.
//
// One record for each submission that was opened holds what the server has (base, revision) and
// what is on the screen (sheet). Whatever is not saved is also in this browser's localStorage.

const SAVE_AFTER = 600;
const RETRY_AFTER = 5000;
const TIMEOUT = 20000;
const FEW_WORDS = 8;
const LEVELS = [4, 3, 2, 1, 0];
const AGAIN = ["yes", "perhaps", "no", ""];
const MOST_MINUTES = 6000;
const MOST_CHARACTERS = 10000;
const STATES = ["new", "draft", "submitted"];
const IDLE = 3 * 60000; // people read for a while without a key or a move of the pointer
const IDLE_IN_FRAME = 10 * 60000; // what is done inside the submission's frame is not to be seen here

// h("button", { class: "x", onclick: f, "data-key": "k" }, "text", child, [more]) -> an element.
// Texts become text nodes: nothing that a student or an employer wrote is ever read as HTML.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (["value", "checked", "disabled", "open"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

// fill("Saved at {at}.", { at: "12:03" })
function fill(template, values) {
  return String(template ?? "").replace(/\{(\w+)\}/g, (whole, name) => values?.[name] ?? whole);
}

function safely(body) {
  try { return body(); } catch { return null; }
}

const two = (number) => String(number).padStart(2, "0");
const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;

function moment(iso) {
  const at = new Date(iso ?? NaN);
  return Number.isNaN(at.getTime()) ? new Date() : at;
}

// A text's paragraphs: an empty line begins a new one.
function paragraphs(text) {
  return String(text ?? "").split(/\n\s*\n/).filter((part) => part.trim()).map((part) => h("p", { class: "pw-text" }, part.trim()));
}

const wordsIn = (text) => (String(text ?? "").match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) || []).length;

// A sheet as { "levels:id": 3, "words:id": "text", overall: "text", ... } without what is empty.
function flat(sheet) {
  const fields = {};
  for (const part of ["levels", "words"]) {
    for (const [id, value] of Object.entries(sheet?.[part] || {})) if (value !== "" && value !== null) fields[`${part}:${id}`] = value;
  }
  for (const part of ["overall", "note", "again", "minutes"]) if (sheet?.[part]) fields[part] = sheet[part];
  return fields;
}

function deep(fields) {
  const sheet = { levels: {}, words: {}, overall: "", note: "", again: "", minutes: 0 };
  for (const [key, value] of Object.entries(fields)) {
    const [part, id] = [key.split(":", 1)[0], key.slice(key.indexOf(":") + 1)];
    if (part === "levels" || part === "words") sheet[part][id] = value;
    else sheet[part] = value;
  }
  return sheet;
}

const plain = (value) => (typeof value === "string" ? value.replace(/\s+/g, " ").trim() : value ?? "");
const sameValue = (one, other) => plain(one) === plain(other);

// Whether nothing is to be saved; minutes that were only counted do not matter.
function same(one, other, but = []) {
  const [a, b] = [flat(one), flat(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => but.includes(key) || (a[key] ?? "") === (b[key] ?? ""));
}

// Another window's sheet (theirs), with what only this one has changed since base, and with the
// field that is being typed in; replaced holds what gave way where both have changed something.
function merged(base, mine, theirs, typing) {
  const [b, m, t] = [flat(base), flat(mine), flat(theirs)];
  const fields = { ...t };
  const replaced = {};
  for (const key of new Set([...Object.keys(b), ...Object.keys(m)])) {
    if ((m[key] ?? "") === (b[key] ?? "")) continue;
    if (sameValue(m[key], t[key])) {
      if (key === typing && m[key] !== undefined) fields[key] = m[key];
    } else if (key === "minutes") fields[key] = Math.max(m[key] || 0, t[key] || 0);
    else if (key === typing || sameValue(t[key], b[key])) {
      if (m[key] === undefined) delete fields[key];
      else fields[key] = m[key];
      if (t[key] !== undefined && !sameValue(t[key], b[key])) replaced[key] = t[key];
    } else if (m[key] !== undefined) replaced[key] = m[key];
  }
  return { sheet: deep(fields), replaced };
}

class Room {
  constructor(model, el) {
    this.base = model.get("base");
    this.words = model.get("words") || {};
    this.el = el;
    this.title = document.title;
    this.records = new Map();
    this.room = null;
    this.view = null; // what is shown: queue, sheet, thanks, trouble
    this.shown = null; // the record whose form is shown
    this.turn = 0;
    this.active = Date.now();
    this.ending = new AbortController();
  }

  say(name, values) { return fill(this.words[name] ?? name, values); }

  // ---- The server ----

  async call(method, path, body, keepalive = false) {
    try {
      const answer = await fetch(`${this.base}api/${path}`, {
        method,
        credentials: "same-origin",
        cache: "no-store",
        keepalive,
        headers: { "X-Practicum": "room", Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body ? JSON.stringify(body) : undefined,
        signal: keepalive ? undefined : AbortSignal.timeout(TIMEOUT),
      });
      const data = await answer.json().catch(() => null);
      const isThere = data !== null && typeof data === "object";
      const status = answer.ok && !isThere ? 502 : answer.status;
      return { ok: status >= 200 && status < 300, status, data: isThere ? data : {}, why: this.why(isThere ? data : {}, status) };
    } catch {
      return { ok: false, status: 0, data: {}, why: this.say("unreachable") };
    }
  }

  // A reason without its full stop: it stands inside a sentence.
  why(data, status) {
    const why = typeof data.why === "string" && data.why.trim() ? data.why.trim() : this.say("status", { status });
    return why.replace(/\.$/, "");
  }

  // ---- What is kept in this browser ----

  key(code) {
    const { brief, reviewer } = this.room;
    return `practicum-room:${this.base}${code}:${brief?.id ?? ""}:${reviewer?.name ?? ""}`;
  }

  keep(record) {
    const { sheet, base, revision } = record;
    record.kept = safely(() => { localStorage.setItem(this.key(record.code), JSON.stringify({ sheet, base, revision })); return true; }) === true;
  }

  forget(record) { safely(() => localStorage.removeItem(this.key(record.code))); }

  kept(code) {
    const value = safely(() => JSON.parse(localStorage.getItem(this.key(code))));
    return value && typeof value === "object" && value.sheet ? value : null;
  }

  // ---- Records ----

  // Only what the rubric asks for: the server refuses the words for a criterion it does not know.
  trimmed(sheet) {
    const known = new Set(this.room.criteria.map((one) => one.id));
    const fields = flat(sheet);
    for (const key of Object.keys(fields)) if (key.includes(":") && !known.has(key.slice(key.indexOf(":") + 1))) delete fields[key];
    return deep(fields);
  }

  // The record of a submission as the server has it now, or the answer that says why not.
  async load(code) {
    const before = this.records.get(code);
    if (before && this.isDirty(before)) await this.save(before);
    const answer = await this.call("GET", `sheets/${encodeURIComponent(code)}`);
    const held = this.records.get(code);
    // Two asked at once, and the first answer is on the screen already.
    if (!answer.ok || (held && !before)) return { answer, record: held };
    const { data } = answer;
    const record = held || { code, sheet: null, base: null, revision: -1, replaced: {}, notice: "", savedAt: null, trouble: "", touched: false, isTimed: true, skipped: false, flight: null, again: false, timer: null, kept: false };
    record.state = data.state || "new";
    record.history = Array.isArray(data.history) ? data.history : [];
    record.closed = Boolean(this.room.closed || data.closed);
    const theirs = this.trimmed(data.sheet);
    const kept = held && this.isDirty(held) ? held : this.kept(code);
    record.revision = Number(data.revision) || 0;
    if (kept && !record.closed) {
      const { sheet, replaced } = merged(this.trimmed(kept.base), this.trimmed(kept.sheet), theirs, null);
      const lost = Object.keys(replaced).length > 0;
      if (lost) { record.replaced = replaced; record.notice = "conflict"; }
      else if (!held && !same(sheet, theirs)) record.notice = "restored";
      record.base = theirs;
      record.sheet = sheet;
      if (lost || this.isDirty(record)) record.touched = true;
      if (!this.isDirty(record)) this.forget(record);
      else this.keep(record);
    } else {
      record.base = theirs;
      record.sheet = structuredClone(theirs);
      if (kept) {
        record.replaced = Object.fromEntries(Object.entries(flat(this.trimmed(kept.sheet))).filter(([key, value]) => key !== "minutes" && !sameValue(value, flat(theirs)[key])));
        if (Object.keys(record.replaced).length > 0) record.notice = "too_late";
        else this.forget(record);
      }
    }
    this.records.set(code, record);
    if (this.isDirty(record)) this.save(record);
    return { answer, record };
  }

  isDirty(record) { return !record.closed && record.sheet !== null && !same(record.sheet, record.base, record.touched ? [] : ["minutes"]); }

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
    record.flight = (async () => {
      do {
        record.again = false;
        if (!this.isDirty(record)) {
          if (record.trouble) this.saved(record, structuredClone(record.sheet), { revision: record.revision, at: record.savedAt }); // what was unsaved was taken back
          break;
        }
        await this.put(record, false);
      } while (record.again && !record.trouble);
    })().finally(() => { record.flight = null; });
    return record.flight;
  }

  async put(record, keepalive) {
    const sheet = structuredClone(record.sheet);
    if (!record.trouble) this.tell(record, this.say("saving"));
    const answer = await this.call("PUT", `sheets/${encodeURIComponent(record.code)}`, { sheet, revision: record.revision }, keepalive);
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
    else { this.forget(record); record.touched = false; }
    this.tell(record, this.say(record.isUnsent ? "saved_unsent" : "saved", { at: clock(record.savedAt) }));
  }

  // Another window has saved since: its sheet, but not in the field that is being typed in.
  conflict(record, sent, data) {
    const theirs = this.trimmed(data.sheet);
    const isShown = this.shown === record && this.view === "sheet";
    const { sheet, replaced } = merged(record.base, record.sheet, theirs, isShown ? this.typing() : null);
    record.revision = Number(data.revision) || 0;
    record.trouble = "";
    // One's own request that was saved although its answer never came is nobody else's.
    const isOwn = same(theirs, sent, ["minutes"]);
    record.base = theirs;
    record.sheet = sheet;
    Object.assign(record.replaced, replaced);
    if (!isOwn) record.notice = "conflict";
    if (isShown) { this.refill(record); this.paintNotice(record); }
    if (this.isDirty(record)) {
      this.keep(record);
      record.again = true;
    } else {
      this.forget(record);
      record.touched = false;
      record.savedAt = new Date();
      this.tell(record, this.say("saved", { at: clock(record.savedAt) }));
    }
  }

  unsaved(record, answer) {
    this.keep(record);
    record.trouble = answer.status === 0 ? "offline" : answer.status === 401 ? "expired" : answer.status >= 500 || answer.status === 429 ? "later" : "refused";
    const says = record.trouble === "expired" ? "expired_form" : record.trouble === "offline" && !record.kept ? "offline_only" : record.trouble;
    this.tell(record, this.say(says, { why: answer.why }));
  }

  // What is not saved is tried again; what was refused waits until it is changed.
  retry(isBack = false) {
    for (const record of this.records.values()) {
      if (!this.isDirty(record) || record.flight) continue;
      if (["offline", "later"].includes(record.trouble) || (isBack && record.trouble === "expired")) this.save(record);
    }
    if (isBack && this.view === "trouble" && this.trouble === 0) this.start();
  }

  // What an earlier visit could not save is saved without being opened.
  recover() {
    for (const { code } of this.room.submissions) if (!this.records.has(code) && this.kept(code)) this.load(code);
  }

  tell(record, text) {
    record.says = text;
    if (this.shown === record && this.view === "sheet" && this.status && this.status.textContent !== text) this.status.textContent = text;
    this.status?.classList.toggle("pw-warn", Boolean(this.shown?.trouble));
    if (this.view === "queue") this.paintUnsaved();
  }

  // ---- Views ----

  show(name, heading, elements, { focus = true, title = "" } = {}) {
    this.view = name;
    if (name !== "sheet") { this.shown = null; this.status = null; }
    this.el.dataset.view = name;
    this.el.replaceChildren(...elements.flat(4).filter(Boolean));
    document.title = title ? `${title} - ${this.title}` : this.title;
    if (focus) { heading.focus({ preventScroll: true }); heading.scrollIntoView({ block: "nearest" }); if (name === "sheet") window.scrollTo(0, 0); }
  }

  heading(text, tag = "h2") { return h(tag, { tabindex: "-1" }, text); }

  showTrouble(answer, retry) {
    const isExpired = answer.status === 401;
    const text = isExpired ? this.say("expired") : answer.status === 0 ? this.say("unreachable") : this.say("failed", { why: answer.why });
    const heading = this.heading(text);
    this.trouble = answer.status;
    this.show("trouble", heading, [
      heading,
      h("div", { class: "pw-row" },
        h("button", { type: "button", class: "pw-main", onclick: retry }, this.say("again_button")),
        this.room && !isExpired && h("button", { type: "button", onclick: () => this.toQueue() }, this.say("back"))),
    ]);
  }

  async start() {
    const turn = ++this.turn;
    if (!this.room) this.el.replaceChildren(h("p", { role: "status" }, this.say("loading")));
    const answer = await this.call("GET", "room");
    if (turn !== this.turn) return;
    if (!answer.ok) { this.showTrouble(answer, () => this.start()); return; }
    this.take(answer.data);
    await this.route(true);
    this.recover();
  }

  take(data) {
    this.room = { ...data, criteria: data.criteria || [], submissions: data.submissions || [] };
  }

  code() { return (safely(() => decodeURIComponent(location.hash.slice(1))) || "").trim(); }

  async route(isFirst = false) {
    if (!this.room) return;
    this.leave();
    const wanted = this.code();
    if (!wanted) { this.showQueue(!isFirst); return; }
    const line = this.room.submissions.find(({ code }) => code.toUpperCase() === wanted.toUpperCase());
    if (line) { await this.open(line.code); return; }
    const heading = this.heading(this.say("no_such"));
    this.show("trouble", heading, [heading, h("button", { type: "button", onclick: () => this.toQueue() }, this.say("back"))]);
    this.trouble = 404;
  }

  toQueue() {
    if (location.hash) history.pushState(null, "", location.pathname + location.search);
    this.route();
  }

  to(code) {
    const hash = `#${encodeURIComponent(code)}`;
    if (location.hash === hash) this.route();
    else location.hash = hash;
  }

  // Another view comes: the form that is shown is saved, with the minutes that were counted.
  leave({ keepalive = false } = {}) {
    const record = this.shown;
    if (!record) return;
    if (record.state !== "submitted" && (record.sheet.minutes || 0) > (record.base.minutes || 0)) record.touched = true;
    if (record.touched && this.isDirty(record)) this.save(record, { keepalive });
  }

  state(line) {
    const known = [line.state, this.records.get(line.code)?.state].map((state) => STATES.indexOf(state));
    return STATES[Math.max(0, ...known)];
  }

  next(after) {
    const lines = this.room.submissions;
    const from = lines.findIndex(({ code }) => code === after) + 1;
    return [...lines.slice(from), ...lines.slice(0, from)].find((line) => line.code !== after && this.state(line) !== "submitted") || null;
  }

  briefDetails() {
    const { brief } = this.room;
    const deliverables = brief.deliverables || [];
    return [
      brief.situation && h("details", {}, h("summary", {}, this.say("situation")), paragraphs(brief.situation)),
      deliverables.length > 0 && h("details", {}, h("summary", {}, this.say("deliverables", { n: deliverables.length })),
        h("ul", {}, deliverables.map((one) => h("li", {}, one.title, one.acceptance && h("p", { class: "pw-quiet pw-text" }, this.say("acceptance", { acceptance: one.acceptance })))))),
    ];
  }

  async showQueue(focus) {
    const { brief, reviewer } = this.room;
    const turn = ++this.turn;
    const heading = this.heading(brief.title);
    this.list = h("div", {});
    this.status = null;
    this.show("queue", heading, [
      heading,
      h("p", { class: "pw-quiet" }, [brief.employer && this.say("by", { employer: brief.employer }), reviewer?.name && this.say("hello", { name: reviewer.name })].filter(Boolean).join(" ")),
      brief.question && h("p", { class: "pw-question pw-text" }, brief.question),
      this.briefDetails(),
      h("p", {}, this.say(this.room.closed ? "what_closed" : "what_to_do")),
      this.list,
      this.unsavedLine = h("p", { class: "pw-status", role: "status" }),
    ], { focus });
    this.paintList();
    if (!focus) return; // it was fetched just now
    // What other windows did meanwhile.
    const answer = await this.call("GET", "room");
    if (turn !== this.turn || this.view !== "queue") return;
    if (answer.status === 401) { this.showTrouble(answer, () => this.start()); return; }
    if (!answer.ok || JSON.stringify(answer.data) === JSON.stringify(this.room)) return;
    this.take(answer.data);
    this.paintList();
  }

  paintList() {
    const lines = this.room.submissions;
    const done = lines.filter((line) => this.state(line) === "submitted").length;
    const next = this.next(null);
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const text = this.say("progress", { done, all: lines.length });
    this.list.replaceChildren(...[
      h("h3", {}, this.say("queue")),
      lines.length === 0 && h("p", {}, this.say("empty")),
      lines.length > 0 && h("label", { class: "pw-progress" }, text, h("progress", { max: lines.length, value: done }, text)),
      next && !this.room.closed && h("p", {}, h("button", { type: "button", class: "pw-main", "data-key": "next", onclick: () => this.to(next.code) },
        this.say(this.state(next) === "draft" ? "go_on" : "begin", { code: next.code }))),
      h("ul", { class: "pw-queue" }, lines.map((line) => this.queueItem(line))),
    ].filter(Boolean));
    if (focused) [...this.list.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused)?.focus({ preventScroll: true });
    this.paintUnsaved();
  }

  queueItem(line) {
    const state = this.state(line);
    const reading = line.minutes >= 1 ? this.say("about_minutes", { minutes: line.minutes }) : this.say("under_minute");
    return h("li", {}, h("button", { type: "button", "data-key": `open:${line.code}`, "data-state": state, onclick: () => this.to(line.code) },
      h("strong", {}, line.code), " ",
      h("span", { class: "pw-state" }, this.say(`state_${state}`)), " ",
      h("span", { class: "pw-quiet" }, reading)));
  }

  paintUnsaved() {
    const codes = [...this.records.values()].filter((record) => record.trouble && this.isDirty(record));
    const text = codes.map((record) => `${record.code}: ${record.says}`).join(" ");
    if (this.unsavedLine && this.unsavedLine.textContent !== text) this.unsavedLine.textContent = text;
    this.unsavedLine?.classList.toggle("pw-warn", codes.length > 0);
  }

  async open(code) {
    const turn = ++this.turn;
    const waiting = setTimeout(() => { if (turn === this.turn) this.el.prepend(h("p", { role: "status" }, this.say("loading"))); }, 300);
    const { answer, record } = await this.load(code);
    clearTimeout(waiting);
    if (turn !== this.turn) return;
    if (!answer.ok && !(record && answer.status !== 401 && answer.status !== 404)) { this.showTrouble(answer, () => this.open(code)); return; }
    this.showSheet(record);
  }

  // ---- The form ----

  showSheet(record) {
    const { code } = record;
    const title = this.say("submission", { code });
    const heading = this.heading(title);
    this.shown = record;
    this.view = "sheet";
    this.notice = h("div", { class: "pw-notice" });
    this.check = h("div", { class: "pw-check" });
    this.problem = h("p", { role: "alert", class: "pw-problem" });
    this.status = h("p", { role: "status", class: "pw-status" }, record.says || "");
    this.status.classList.toggle("pw-warn", Boolean(record.trouble));
    const address = `${this.base}submissions/${encodeURIComponent(code)}`;
    const formHeading = this.heading(this.say("form"), "h3");
    const { brief } = this.room;
    this.controls = new Map();
    this.last = null;
    this.show("sheet", heading, [
      h("div", { class: "pw-top" },
        h("button", { type: "button", onclick: () => this.toQueue() }, this.say("back")),
        heading,
        h("button", { type: "button", class: "pw-narrow", onclick: () => { formHeading.focus(); formHeading.scrollIntoView(); } }, this.say("to_form")),
        h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, this.say("own_tab"))),
      h("div", { class: "pw-panes" },
        h("div", { class: "pw-paper" }, h("iframe", { sandbox: "", title, src: address })),
        h("form", {
          class: "pw-form",
          novalidate: true,
          onsubmit: (event) => { event.preventDefault(); this.submit(record); },
          oninput: (event) => this.typed(record, event),
          onchange: (event) => this.typed(record, event),
          onfocusin: () => { this.last = this.typing() ?? this.last; },
          onfocusout: () => { if (record.touched) this.save(record); },
        },
          formHeading,
          this.past = h("p", { class: "pw-quiet" }),
          h("details", {}, h("summary", {}, this.say("brief_again")), h("p", { class: "pw-text" }, h("strong", {}, brief.title)), brief.question && h("p", { class: "pw-text" }, brief.question), this.briefDetails()),
          this.room.criteria.map((criterion) => this.criterion(criterion)),
          h("fieldset", {}, h("legend", {}, this.say("overall_legend")), this.area("overall", this.say("overall"))),
          h("fieldset", {}, h("legend", {}, this.say("again")), AGAIN.map((value) => this.radio("again", value, this.say(`again_${value}`)))),
          h("fieldset", {}, h("legend", {}, this.say("last")),
            this.area("note", this.say("note"), this.say("note_hint")),
            this.minutesField()),
          this.check,
          h("p", {}, this.sender = h("button", { type: "submit", class: "pw-main" })),
          h("div", { class: "pw-bar" }, this.notice, this.problem, this.status))),
    ], { title });
    this.refill(record);
    this.paintPast(record);
    this.paintNotice(record);
  }

  criterion({ id, title, question, levels }) {
    return h("fieldset", { "data-criterion": id },
      h("legend", {}, title),
      question && h("p", { class: "pw-text" }, question),
      LEVELS.map((level) => this.radio(`levels:${id}`, String(level), levels?.[level] ? this.say("level", { level, words: levels[level] }) : String(level))),
      this.area(`words:${id}`, this.say("words_for")));
  }

  radio(key, value, text) {
    const control = h("input", { type: "radio", name: key, "data-key": key, value });
    this.control(key, control);
    return h("label", { class: "pw-choice" }, control, h("span", { class: "pw-text" }, text));
  }

  area(key, text, hint = null) { return this.field(key, h("textarea", { rows: "3", name: key, "data-key": key, maxlength: MOST_CHARACTERS }), text, hint); }

  minutesField() {
    const control = h("input", { type: "number", name: "minutes", "data-key": "minutes", min: "0", max: String(MOST_MINUTES), step: "1", inputmode: "numeric" });
    return this.field("minutes", control, this.say("minutes"), this.say("minutes_hint"));
  }

  field(key, control, text, hint) {
    this.control(key, control);
    const id = `pw-hint-${key}`;
    if (hint) control.setAttribute("aria-describedby", id);
    return h("div", { class: "pw-field" }, h("label", {}, h("span", {}, text), control), hint && h("small", { id }, hint));
  }

  control(key, control) { this.controls.set(key, [...(this.controls.get(key) || []), control]); }

  typing() {
    const active = document.activeElement;
    return active && this.el.contains(active) && active.dataset?.key && this.controls?.has(active.dataset.key) ? active.dataset.key : null;
  }

  // Puts the sheet into the form; a field that already says so is left alone, with its cursor.
  refill(record) {
    const fields = flat(record.sheet);
    for (const [key, controls] of this.controls) {
      const value = String(fields[key] ?? (key === "minutes" ? 0 : ""));
      for (const control of controls) {
        if (control.type === "radio") { control.checked = control.value === value; control.disabled = record.closed; }
        else { if (control.value !== value) control.value = value; control.readOnly = record.closed; }
      }
    }
  }

  typed(record, event) {
    const control = event.target;
    const key = control.dataset?.key;
    if (!key || !this.controls.has(key) || record.closed) return;
    const fields = flat(record.sheet);
    let value = control.value;
    if (key.startsWith("levels:")) value = Number(value);
    if (key === "minutes") {
      value = Math.min(MOST_MINUTES, Math.max(0, Math.round(Number(value)) || 0));
      if (event.type === "change" && control.value !== String(value)) control.value = String(value);
      if (value === (record.sheet.minutes || 0)) return;
      record.isTimed = false; // the reviewer knows better from here on
    }
    if ((fields[key] ?? "") === value) return;
    if (value === "") delete fields[key];
    else fields[key] = value;
    record.sheet = deep(fields);
    this.changed(record);
    this.fieldset(key)?.classList.remove("pw-missing");
    if (key.startsWith("levels:") && this.problem.textContent && !this.el.querySelector(".pw-missing")) this.problem.textContent = "";
    this.paintPast(record);
  }

  fieldset(key) { return this.controls.get(key)?.[0]?.closest("fieldset"); }

  paintPast(record) {
    const isSent = record.state === "submitted";
    const times = record.history.map((iso) => moment(iso).toLocaleString(this.words.lang || undefined, { dateStyle: "medium", timeStyle: "short" })).join("; ");
    const text = [times && this.say("sent_before", { times }), record.closed ? this.say("closed_sheet") : isSent && this.say("amend")].filter(Boolean).join(" ");
    if (this.past.textContent !== text) this.past.textContent = text;
    this.past.hidden = !text;
    this.sender.hidden = record.closed;
    const send = this.say(isSent ? "send_changes" : "send");
    if (this.sender.textContent !== send) this.sender.textContent = send;
  }

  name(key) {
    const [part, id] = [key.split(":", 1)[0], key.slice(key.indexOf(":") + 1)];
    const title = this.room.criteria.find((one) => one.id === id)?.title;
    return title || this.say(part === "overall" || part === "note" || part === "again" ? part : key);
  }

  value(key, value) {
    if (key === "again") return this.say(`again_${value}`);
    if (!key.startsWith("levels:")) return value;
    const words = this.room.criteria.find((one) => one.id === key.slice(7))?.levels?.[value];
    return words ? this.say("level", { level: value, words }) : value;
  }

  paintNotice(record) {
    const replaced = Object.entries(record.replaced);
    const hide = () => {
      record.notice = "";
      record.replaced = {};
      if (record.closed) this.forget(record);
      this.notice.replaceChildren();
      const controls = this.controls.get(this.last);
      (controls?.find((one) => one.checked) || controls?.[0] || this.el.querySelector(".pw-form h3"))?.focus();
    };
    this.notice.replaceChildren(...(record.notice ? [h("div", { class: "pw-warn" },
      h("p", { role: "alert" }, this.say(record.notice)),
      replaced.length > 0 && h("details", { open: true }, h("summary", {}, this.say("replaced")),
        h("dl", {}, replaced.map(([key, value]) => [h("dt", {}, this.name(key)), h("dd", { class: "pw-text" }, this.value(key, value))]))),
      h("button", { type: "button", onclick: hide }, this.say("dismiss")))] : []));
  }

  // ---- Sending ----

  missing(record) { return this.room.criteria.filter(({ id }) => record.sheet.levels[id] === undefined).map(({ id }) => id); }

  showMissing(ids) {
    const known = this.room.criteria.filter(({ id }) => ids.includes(id));
    if (known.length === 0) return false;
    for (const { id } of this.room.criteria) this.fieldset(`levels:${id}`)?.classList.toggle("pw-missing", ids.includes(id));
    this.problem.textContent = this.say("missing", { titles: known.map(({ title }) => title).join(", ") });
    const radios = this.controls.get(`levels:${known[0].id}`);
    const first = radios.find((one) => one.checked) || radios[0];
    first.focus({ preventScroll: true });
    first.closest("fieldset").scrollIntoView({ block: "start" });
    return true;
  }

  // What a student would miss in the words; null if nothing.
  hints(record) {
    const { words, overall } = record.sheet;
    const short = this.room.criteria.filter(({ id }) => wordsIn(words[id]) < FEW_WORDS);
    const all = [...this.room.criteria.map(({ id }) => words[id] || ""), overall].join("\n");
    const pattern = new RegExp(`(?<!\\p{L})(?:${this.words.next_words || "next"})(?!\\p{L})`, "iu");
    const hasNext = pattern.test(all);
    return short.length > 0 || !hasNext ? { short, hasNext } : null;
  }

  submit(record) {
    if (record.closed || record.isSending) return;
    this.problem.textContent = "";
    this.check.replaceChildren();
    const missing = this.missing(record);
    if (missing.length > 0) { this.showMissing(missing); return; }
    const hints = record.skipped ? null : this.hints(record);
    if (hints) this.showHints(record, hints);
    else this.send(record);
  }

  showHints(record, { short, hasNext }) {
    const heading = this.heading(this.say("hint_title"), "h4");
    const improve = () => {
      this.check.replaceChildren();
      const area = this.controls.get(short.length > 0 ? `words:${short[0].id}` : "overall")[0];
      area.focus({ preventScroll: true });
      area.closest("fieldset").scrollIntoView({ block: "start" });
    };
    const skip = () => { record.skipped = true; this.check.replaceChildren(); this.sender.focus(); this.send(record); };
    this.check.replaceChildren(h("div", { class: "pw-warn", role: "group", "aria-label": this.say("hint_title") },
      heading,
      short.length > 0 && h("p", {}, this.say("hint_short", { titles: short.map(({ title }) => title).join(", ") })),
      !hasNext && h("p", {}, this.say("hint_next")),
      h("p", {}, this.say("hint_help")),
      h("div", { class: "pw-row" },
        h("button", { type: "button", onclick: improve }, this.say("improve")),
        h("button", { type: "button", onclick: skip }, this.say("as_it_is")))));
    heading.focus({ preventScroll: true });
    this.check.scrollIntoView({ block: "nearest" });
  }

  async send(record, isSecond = false) {
    record.isSending = true;
    clearTimeout(record.timer);
    this.tell(record, this.say("sending"));
    while (record.flight) await record.flight;
    const sheet = structuredClone(record.sheet);
    record.touched = true;
    record.flight = this.call("POST", `sheets/${encodeURIComponent(record.code)}/submit`, { sheet, revision: record.revision });
    const answer = await record.flight;
    record.flight = null;
    record.isSending = false;
    const isShown = this.shown === record && this.view === "sheet";
    if (answer.ok) {
      record.isUnsent = false;
      record.state = "submitted";
      record.history = Array.isArray(answer.data.history) ? answer.data.history : [...record.history, moment(answer.data.at).toISOString()];
      record.notice = "";
      record.replaced = {};
      this.saved(record, sheet, answer.data);
      if (this.isDirty(record)) { record.isUnsent = true; this.save(record); }
      if (isShown) this.showThanks(record);
      else if (this.view === "queue") this.paintList();
      return;
    }
    let says = this.say("not_sent", { why: answer.why });
    if (answer.status === 409 && answer.data.sheet) {
      this.conflict(record, sheet, answer.data);
      // The other window says the same, or it was this one, whose answer was lost.
      if (!isSecond && !record.notice) { this.send(record, true); return; }
      if (this.isDirty(record)) this.save(record);
      if (record.notice) says = this.say("not_sent_conflict");
    } else if (answer.status === 422 && Array.isArray(answer.data.missing) && answer.data.missing.length > 0) {
      this.tell(record, "");
      this.save(record);
      if (!isShown || this.showMissing(answer.data.missing)) return;
    } else if (answer.status === 0) {
      says = this.say("not_sent_offline");
      this.unsaved(record, answer);
    } else if (answer.status === 401) {
      says = this.say("expired");
      this.unsaved(record, answer);
    } else if (answer.status >= 500) this.unsaved(record, answer);
    else { this.tell(record, ""); this.save(record); }
    if (isShown) this.problem.textContent = says;
  }

  showThanks(record) {
    const { code } = record;
    const line = this.room.submissions.find((one) => one.code === code);
    if (line) line.state = "submitted";
    const lines = this.room.submissions;
    const done = lines.filter((one) => this.state(one) === "submitted").length;
    const next = this.next(code);
    const heading = this.heading(this.say(next ? "thanks" : "all_done"));
    const text = this.say("progress", { done, all: lines.length });
    ++this.turn;
    this.show("thanks", heading, [
      heading,
      h("p", {}, this.say("thanks_sent", { code })),
      h("label", { class: "pw-progress" }, text, h("progress", { max: lines.length, value: done }, text)),
      !next && h("p", {}, this.say(this.room.closed ? "all_done_closed" : "all_done_more")),
      h("div", { class: "pw-row" },
        next && h("button", { type: "button", class: "pw-main", onclick: () => this.to(next.code) }, this.say("next")),
        h("button", { type: "button", onclick: () => this.toQueue() }, this.say("back")),
        h("button", { type: "button", onclick: () => this.to(code) }, this.say("look_again", { code }))),
    ]);
  }

  // ---- Time ----

  // Counts while the page is seen and used; the fractions of a minute wait in the record.
  tick(seconds) {
    const record = this.shown;
    if (!record || this.view !== "sheet" || !record.isTimed || record.closed || document.visibilityState !== "visible") return;
    const idle = document.activeElement?.tagName === "IFRAME" ? IDLE_IN_FRAME : IDLE;
    if (Date.now() - this.active > idle || this.typing() === "minutes") return;
    record.seconds = (record.seconds || 0) + seconds;
    const whole = Math.floor(record.seconds / 60);
    if (whole < 1) return;
    record.seconds -= whole * 60;
    record.sheet.minutes = Math.min(MOST_MINUTES, (record.sheet.minutes || 0) + whole);
    const [control] = this.controls.get("minutes");
    control.value = String(record.sheet.minutes);
  }

  // ---- Life ----

  listen() {
    const { signal } = this.ending;
    const used = () => { this.active = Date.now(); };
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) document.addEventListener(name, used, { signal, passive: true, capture: true });
    document.addEventListener("scroll", used, { signal, passive: true, capture: true });
    window.addEventListener("blur", used, { signal });
    window.addEventListener("focus", used, { signal });
    // A hash that is typed fires popstate and hashchange: one of them is enough.
    window.addEventListener("popstate", () => this.route(), { signal });
    window.addEventListener("online", () => this.retry(true), { signal });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") { used(); this.retry(true); }
      else if (this.shown?.touched) this.save(this.shown);
    }, { signal });
    window.addEventListener("pagehide", () => {
      this.leave({ keepalive: true });
      for (const record of this.records.values()) if (record !== this.shown && record.flight === null && this.isDirty(record) && !record.trouble) this.save(record, { keepalive: true });
    }, { signal });
    window.addEventListener("beforeunload", (event) => {
      // Only where the browser keeps nothing is there anything to lose.
      if ([...this.records.values()].some((record) => this.isDirty(record) && record.touched && !record.kept)) event.preventDefault();
    }, { signal });
    let last = Date.now();
    const ticking = setInterval(() => { const now = Date.now(); this.tick(Math.min(10, (now - last) / 1000)); last = now; }, 1000);
    const retrying = setInterval(() => this.retry(), RETRY_AFTER);
    signal.addEventListener("abort", () => { clearInterval(ticking); clearInterval(retrying); });
  }
}

function render({ model, el }) {
  el.classList.add("pw", "pw-review");
  const room = new Room(model, el);
  room.listen();
  room.start();
  return () => { room.leave(); room.ending.abort(); };
}

export default { render };
