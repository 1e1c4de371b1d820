// The board, the clock, the log, and the hours that are left.
const SVG = "http://www.w3.org/2000/svg";

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// The hours left against the plan, on a field of 320 by 140: the plan dashed, zero as a thin line.
function burnDown({ points, span, hours, picture }, day) {
  const times = points.map((point) => new Date(point.at).getTime());
  const [start, end] = span.map((at) => new Date(at).getTime());
  const [first, last] = [Math.min(start, ...times), Math.max(end, ...times)];
  const low = Math.min(0, ...points.map((point) => point.left));
  const x = (at) => 34 + (276 * (at - first)) / Math.max(1, last - first);
  const y = (value) => 12 + (104 * (hours - value)) / Math.max(1, hours - low);
  const line = (name, ...corners) => draw("polyline", { class: name, points: corners.map(([at, value]) => `${x(at)},${y(value)}`).join(" ") });
  const text = (content, left, top, anchor) => draw("text", { x: left, y: top, "text-anchor": anchor }, content);
  return draw("svg", { class: "pw-burn", viewBox: "0 0 320 140", role: "img", "aria-label": picture },
    line("pw-zero", [first, 0], [last, 0]),
    line("pw-plan", [first, hours], [start, hours], [end, 0], [last, 0]),
    line("pw-left", ...points.map((point, index) => [times[index], point.left])),
    text(`${hours} h`, 30, y(hours) + 4, "end"), text("0 h", 30, y(0) + 4, "end"),
    text(day(first), 34, 134, "start"), text(day(last), 310, 134, "end"));
}

function legend(name, text) {
  const sample = draw("svg", { class: "pw-burn-sample", viewBox: "0 0 24 8", "aria-hidden": "true" }, draw("polyline", { class: name, points: "0,4 24,4" }));
  return h("span", {}, sample, " ", text);
}

// For an input of type datetime-local: this minute in the reader's own zone.
function localMinute(at) {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function ticking(element, text) {
  const tell = () => { element.textContent = text(); };
  tell();
  const timer = setInterval(() => (element.isConnected ? tell() : clearInterval(timer)), 20000);
  return element;
}

function paint({ view, say, ask, report }) {
  const rows = view.rows || [];
  const names = [...rows.map((row) => [row.id, row.title]), ["", say("other")]];
  const states = ["to-do", "doing", "done"].map((name) => [name, say(`state_${name}`)]);
  const day = (at) => new Date(at).toLocaleDateString([], { dateStyle: "medium" });
  const when = (at) => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

  // What is no time is said so, and stays in its field to be corrected.
  const timeOf = (text, unit, most) => {
    const minutes = minutesOf(text, unit);
    if (minutes !== null && minutes <= most) return minutes;
    report(say("no_time", { what: text }));
    return null;
  };
  const plan = async (entry, value) => {
    if (!value.trim()) return ask("move", { milestone: entry.id, planned_hours: "" });
    const minutes = timeOf(value, "hours", 400 * 60);
    return minutes === null ? false : ask("move", { milestone: entry.id, planned_hours: Math.round(minutes / 0.6) / 100 });
  };

  const row = (entry) => h("div", { class: "pw-row" },
    h("span", { class: `pw-grow${entry.late ? " pw-late" : ""}`, dir: "auto" }, entry.title, entry.due && ` (${say("until")} ${day(entry.due)})`),
    field(say("state"), saving(select(`state-${entry.id}`, states, entry.state, { "aria-label": say("state_of", { what: entry.title }) }), (state) => ask("move", { milestone: entry.id, state }))),
    field(say("planned"), saving(h("input", { type: "text", inputmode: "decimal", size: 5, "data-key": `planned-${entry.id}`, value: String(entry.planned), "aria-label": say("planned_of", { what: entry.title }) }), (value) => plan(entry, value))),
    h("span", {}, `${say("logged")}: ${entry.logged}`));

  const clock = () => {
    if (!view.timer) {
      const choice = select("clock-milestone", names, (rows.find((entry) => entry.state === "doing") || rows[0] || { id: "" }).id);
      return h("div", { class: "pw-row" }, field(say("works_on"), draft(choice)),
        h("button", { type: "button", class: "pw-main", "data-key": "clock-start", onclick: () => ask("start", { milestone: latest(choice).value }) }, say("start")));
    }
    const passed = () => Math.max(0, Math.floor((Date.now() - new Date(view.timer.begin)) / 60000));
    const time = () => `${Math.floor(passed() / 60)} h ${passed() % 60} min`;
    const forgotten = () => passed() > view.longest;
    const worked = draft(h("input", { type: "number", min: 0, max: 1440, "data-key": "clock-minutes", value: "" }));
    const asked = field(say("worked"), worked, { grow: true, hint: say("ask_worked") });
    asked.classList.add("pw-worked");
    asked.hidden = !forgotten();
    const stop = () => {
      // A page that lay open over night is asked first, and stops at the second press.
      if (forgotten() && asked.hidden) {
        asked.hidden = false;
        worked.focus();
        report(say("ask_worked"));
        return;
      }
      const minutes = latest(worked).value;
      ask("stop", { id: newKey(), ...(forgotten() && minutes !== "" ? { minutes: Number(minutes) } : {}) });
    };
    return h("div", { class: "pw-row" },
      ticking(h("span", {}), () => say("running", { at: when(view.timer.begin), time: time() })),
      asked,
      h("button", { type: "button", class: "pw-main", "data-key": "clock-start", onclick: stop }, say("stop")));
  };

  const begin = draft(h("input", { type: "datetime-local", "data-key": "hand-begin", value: localMinute(Date.now()), required: true }));
  const minutes = draft(h("input", { type: "text", size: 8, placeholder: "1:30", "data-key": "hand-minutes", required: true }));
  const milestone = draft(select("hand-milestone", names, rows[0]?.id));
  const note = draft(h("input", { "data-key": "hand-note", maxlength: 300, dir: "auto" }));
  const log = async (event) => {
    event.preventDefault();
    const worked = timeOf(latest(minutes).value, "minutes", 1440);
    if (worked === null) return;
    if (worked < 1) { report(say("no_time", { what: latest(minutes).value })); return; }
    const content = { id: newKey(), begin: new Date(latest(begin).value).toISOString(), minutes: worked, milestone: latest(milestone).value, note: latest(note).value };
    if (await ask("add", content)) clear(minutes, note);
  };

  const entry = (time) => {
    const save = (name, read = (value) => value) => (value) => ask("edit", { id: time.id, [name]: read(value) });
    const saveDay = async (value) => {
      if (value) return ask("edit", { id: time.id, begin: new Date(value).toISOString() });
      report(say("no_day"));
      return false;
    };
    const saveMinutes = async (value) => {
      const worked = timeOf(value, "minutes", 1440);
      return worked === null ? false : ask("edit", { id: time.id, minutes: worked });
    };
    const key = (name) => `${time.id}-${name}`;
    return h("div", { class: "pw-row" },
      field(say("day"), saving(h("input", { type: "datetime-local", "data-key": key("begin"), value: localMinute(time.begin) }), saveDay)),
      field(say("minutes"), saving(h("input", { type: "text", size: 8, "data-key": key("minutes"), value: String(time.minutes) }), saveMinutes)),
      field(say("milestone"), saving(select(key("milestone"), names, time.milestone), save("milestone"))),
      field(say("note"), saving(h("input", { "data-key": key("note"), value: time.note || "", maxlength: 300, dir: "auto" }), save("note")), { grow: true }),
      h("button", { type: "button", "data-key": key("remove"), "aria-label": say("remove_named", { what: `${when(time.begin)}, ${time.minutes} min` }), onclick: () => ask("remove", { id: time.id }) }, say("remove")));
  };

  const points = view.points || [];
  return h("div", { class: "pw-milestones" }, [
    h("h3", {}, say("title")),
    (view.warnings || []).map(([key, what]) => h("p", { class: "pw-warn" }, say(key, { what }))),
    h("div", { class: "pw-board" }, rows.map(row)),
    h("p", {}, say("whole", view)),
    view.planned_otherwise && h("p", {}, view.planned_otherwise),
    h("h4", {}, say("clock")),
    clock(),
    h("details", { "data-key": "by-hand" }, h("summary", {}, say("by_hand")),
      h("form", { onsubmit: log }, h("div", { class: "pw-row" },
        field(say("day"), begin), field(say("minutes"), minutes, { hint: say("minutes_hint") }), field(say("milestone"), milestone), field(say("note"), note, { grow: true }),
        h("button", { class: "pw-main", "data-key": "hand-log" }, say("log"))))),
    h("details", { "data-key": "entries" }, h("summary", {}, say("entries", { n: (view.time || []).length })),
      (view.time || []).length ? h("div", { class: "pw-log" }, view.time.map(entry)) : h("p", {}, say("no_entries"))),
    points.length > 0 && [
      h("h4", {}, say("picture")),
      burnDown(view, day),
      h("p", { class: "pw-row pw-quiet" }, legend("pw-left", say("line_left")), legend("pw-plan", say("line_plan"))),
      h("p", {}, view.picture),
      h("details", { "data-key": "figures" }, h("summary", {}, say("figures")),
        h("table", {}, h("tr", {}, ["at", "left", "plan"].map((name) => h("th", { scope: "col" }, say(name)))),
          points.map((point) => h("tr", {}, h("td", {}, when(point.at)), h("td", {}, point.left), h("td", {}, point.plan))))),
    ],
  ]);
}
