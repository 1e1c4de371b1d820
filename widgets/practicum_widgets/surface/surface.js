// What all widgets share. A widget's own file follows, and defines
//
//   function paint({ view, words, say, h, ask, model }) -> the elements to show
//
// where view is plain data. It is called at each change; what somebody is typing, the focus and
// what is folded open are kept, by the data-key of their elements.

// h("button", { class: "x", onclick: f, "data-key": "k" }, "text", child, [more]) -> an element.
// Texts become text nodes: nothing that a student or an employer wrote is ever read as HTML.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "open") element[name] = value;
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

// A key for a new entry of a list.
function newKey() {
  return crypto.getRandomValues(new Uint32Array(2)).reduce((key, part) => key + part.toString(36), "k");
}

const CONTROL = "button:not([disabled]), input, select, textarea, summary, a[href]";

// Puts new elements in the place of old ones without disturbing who is typing.
function repaint(place, elements) {
  const held = new Map();
  const before = new Map();
  for (const old of place.querySelectorAll("[data-key]")) {
    before.set(old.dataset.key, old);
    if (old.dataset.dirty) held.set(old.dataset.key, old.type === "checkbox" || old.type === "radio" ? old.checked : old.value);
    if (old.tagName === "DETAILS") held.set(old.dataset.key, old.open);
  }
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const root = place.getRootNode();
  const focused = active || (root.activeElement && place.contains(root.activeElement) ? root.activeElement : null);
  const key = focused?.dataset?.key;
  const range = focused && "selectionStart" in focused ? safely(() => [focused.selectionStart, focused.selectionEnd]) : null;
  const order = key ? [...place.querySelectorAll(CONTROL)].indexOf(focused) : -1;
  place.replaceChildren(...[elements].flat(Infinity).filter(Boolean));
  for (const element of place.querySelectorAll("[data-key]")) {
    // What is still on its way to the disk finds its field again.
    if (before.has(element.dataset.key)) before.get(element.dataset.key).successor = element;
    if (held.has(element.dataset.key)) {
      const value = held.get(element.dataset.key);
      if (element.tagName === "DETAILS") element.open = value;
      else if (element.type === "checkbox" || element.type === "radio") element.checked = value;
      else element.value = value;
      if (element.tagName !== "DETAILS") element.dataset.dirty = "1";
    }
    if (key && element.dataset.key === key) {
      element.focus({ preventScroll: true });
      if (range && range[0] !== null) safely(() => element.setSelectionRange(...range));
    }
  }
  // The control is gone, such as "Remove": the next one takes its place, not the top of the page.
  if (order >= 0 && !place.contains(document.activeElement)) {
    const left = [...place.querySelectorAll(CONTROL)];
    left[Math.min(order, left.length - 1)]?.focus({ preventScroll: true });
  }
}

function safely(body) {
  try { return body(); } catch { return null; }
}

// The element that stands where this one stood before the last paintings.
function latest(element) {
  while (element.successor) element = element.successor;
  return element;
}

// A field that is saved when it is left, or a second after the last key: save(value) -> promise.
function saving(element, save) {
  let timer = null;
  const now = async () => {
    clearTimeout(timer);
    if (!element.dataset.dirty) return;
    const read = (control) => (control.type === "checkbox" ? control.checked : control.value);
    const value = read(element);
    const saved = await save(value);
    const current = latest(element);
    if (saved && read(current) === value) delete current.dataset.dirty;
  };
  element.addEventListener("input", () => {
    element.dataset.dirty = "1";
    clearTimeout(timer);
    timer = setTimeout(now, element.tagName === "SELECT" || element.type === "checkbox" || element.type === "radio" ? 0 : 1000);
  });
  element.addEventListener("change", now);
  return element;
}

// A field of a form that is not saved until the form is sent; clear(field) empties it.
function draft(element) {
  element.addEventListener("input", () => { element.dataset.dirty = "1"; });
  return element;
}

function clear(...elements) {
  for (const element of elements.map(latest)) {
    element.value = "";
    delete element.dataset.dirty;
  }
}

// field("Text", input, { grow: true }) -> a label around a control.
function field(name, control, { grow = false, hint = null } = {}) {
  return h("label", { class: grow ? "pw-grow" : "" }, h("span", {}, name), control, hint && h("small", {}, hint));
}

function select(key, choices, value, attributes = {}) {
  const element = h("select", { "data-key": key, ...attributes }, choices.map(([name, text]) => h("option", { value: name }, text)));
  element.value = value ?? "";
  return element;
}

// Minutes from what people write: 90, 1:30, 1.5 h, 1,5 h, 1 h 30 min, 90m; a bare number counts in
// the given unit. null is no time.
function minutesOf(text, unit) {
  const said = String(text).trim().toLowerCase().replace(",", ".");
  const number = "(\\d+(?:\\.\\d+)?)";
  const one = (pattern) => new RegExp(`^${pattern}$`).exec(said);
  let match = one("(\\d+):([0-5]\\d)");
  if (match) return Number(match[1]) * 60 + Number(match[2]);
  if ((match = one(number))) return Math.round(Number(match[1]) * (unit === "hours" ? 60 : 1));
  match = one(`(?:${number}\\s*(?:h|hours?|std|stunden?)\\.?)?\\s*(?:${number}\\s*(?:m|min|minutes?|minuten?)?\\.?)?`);
  return match && said ? Math.round(Number(match[1] || 0) * 60 + Number(match[2] || 0)) : null;
}

// A shelf for what was typed and is not saved: it outlives this drawing of body, until it is saved
// or taken out. put() keeps what is there now, takeBack() types it into the fields again.
function shelfOf(body, title) {
  const name = `practicum:${location.pathname}:${title}`;
  const isText = (field) => /^(text|number)/.test(field.type);
  const put = () => {
    const fields = [...body.querySelectorAll("[data-key][data-dirty]")].filter(isText);
    const kept = Object.fromEntries(fields.map((field) => [field.dataset.key, field.value]).filter(([, value]) => value));
    safely(() => (Object.keys(kept).length ? sessionStorage.setItem(name, JSON.stringify(kept)) : sessionStorage.removeItem(name)));
  };
  const takeBack = () => {
    const kept = safely(() => JSON.parse(sessionStorage.getItem(name))) || {};
    for (const [key, value] of Object.entries(kept)) {
      const field = body.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (!field || !isText(field) || field.value === value) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  return { put, takeBack };
}

// Whether the kernel of the widget's own notebook has nothing to do, as its program says; false
// where the program does not say it. Who asks such a kernel and gets no answer knows that it is not
// the one that drew this widget: it was restarted.
function isIdle(model) {
  return model.widget_manager?.kernel?.status === "idle";
}

const WAIT = 4000;
const LOST = 60000;
const LOOK = 5000;

function render({ model, el }) {
  const words = () => model.get("words") || {};
  const say = (name, values) => fill(words()[name] ?? name, values);
  const body = h("div", {});
  const status = h("p", { class: "pw-status", role: "status", "aria-live": "polite" });
  const section = h("section", { class: "pw", "aria-label": say("title") }, body, status);
  const shelf = shelfOf(body, say("title"));
  const waiting = new Map();
  let number = 0;
  let looking = false;
  const report = (text) => { if (status.textContent !== text) status.textContent = text; };

  // Asks the notebook for a change; true once it is on the disk.
  const ask = (action, content = {}, { quiet = false, patience = LOST } = {}) => new Promise((resolve) => {
    const asked = ++number;
    const late = setInterval(() => {
      if (isIdle(model)) report(say("lost"));
      else if (!quiet) report(say("waiting"));
    }, WAIT);
    const lost = setTimeout(() => { finish(false); quiet || report(say("lost")); }, patience);
    const finish = (ok) => { clearInterval(late); clearTimeout(lost); waiting.delete(asked); resolve(ok); };
    waiting.set(asked, { finish, quiet, action });
    if (!quiet) report(say("saving"));
    safely(() => model.send({ ask: asked, do: action, ...content }));
  });

  const heard = (message) => {
    const entry = waiting.get(message?.answer);
    if (!entry) return;
    const done = words()[`saved_${entry.action}`] ? `saved_${entry.action}` : "saved";
    if (!entry.quiet) report(say(message.ok ? done : "refused", message));
    else if (status.textContent === say("lost")) report("");
    entry.finish(Boolean(message.ok));
    setTimeout(shelf.put, 0);
  };

  const draw = () => {
    const notices = (model.get("notices") || []).map((text) => h("p", { class: "pw-warn", role: "alert" }, text));
    section.setAttribute("aria-label", say("title"));
    section.lang = say("lang") === "lang" ? "en" : say("lang");
    repaint(body, [notices, paint({ view: model.get("view") || {}, words: words(), say, h, ask, model, report })]);
    (body.querySelector(".pw-said-here") || section).append(status);
  };

  // Somebody may have changed the file in another window.
  const look = async () => {
    if (looking || document.hidden || !section.isConnected) return;
    looking = true;
    await ask("look", {}, { quiet: true, patience: LOST });
    looking = false;
  };

  // A notebook's own keys (arrows, letters, Enter) are not its own in here: they would move
  // between cells, or delete one. Those with Ctrl, such as saving, go on working.
  section.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    // In JupyterLab a form is not sent by Enter of itself.
    if (key !== "Enter" || event.isComposing || target.tagName !== "INPUT" || !target.form) return;
    event.preventDefault();
    target.form.requestSubmit();
  });

  section.addEventListener("input", () => setTimeout(shelf.put, 0));
  model.on("msg:custom", heard);
  model.on("change:view", draw);
  model.on("change:notices", draw);
  const clock = setInterval(look, LOOK);
  window.addEventListener("focus", look);
  draw();
  el.replaceChildren(section);
  shelf.takeBack();
  return () => {
    clearInterval(clock);
    window.removeEventListener("focus", look);
    model.off("msg:custom", heard);
    model.off("change:view", draw);
    model.off("change:notices", draw);
  };
}

export default { render };
