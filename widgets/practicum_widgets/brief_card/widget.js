// The brief: what a busy student needs first, then what can be folded open.
function paint({ view, say }) {
  const brief = view.brief;
  if (!brief) return [];
  const when = (zone) => new Date(view.due).toLocaleString([], { dateStyle: "full", timeStyle: "short", ...(zone ? { timeZone: zone } : {}) });
  const left = () => {
    const hours = (new Date(view.due) - Date.now()) / 3600000;
    if (view.handed_in) return say("handed_in");
    if (hours < 0) return say("late_days", { n: Math.ceil(-hours / 24) });
    return hours < 48 ? say("left_hours", { n: Math.floor(hours) }) : say("left_days", { n: Math.floor(hours / 24) });
  };
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const told = () => {
    if (!view.due) return say("no_due");
    const course = safely(() => when(view.timezone)) || view.due;
    const other = mine && mine !== view.timezone ? `; ${say("due_course", { at: course, zone: view.timezone })}` : "";
    return `${say("due_yours", { at: when() })}${other} (${left()})`;
  };
  // The time left goes on while the page stays open.
  const due = () => {
    const element = h("span", {}, told());
    const clock = setInterval(() => {
      if (!element.isConnected) return clearInterval(clock);
      if (element.textContent !== told()) element.textContent = told();
    }, 60000);
    return element;
  };
  const list = (...rows) => h("dl", {}, rows.filter((row) => row && row[1]).map(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)]));
  const texts = (lines) => (lines || []).map((line) => h("p", { dir: "auto" }, line));
  const folded = (key, name, ...inside) => h("details", { "data-key": key }, h("summary", {}, name), inside);
  const person = (place, someone) => [someone.name, ", ", someone.role, ", ", h("a", { href: `mailto:${someone.email}`, "data-key": `mail-${place}` }, someone.email)];
  const titles = view.criterion_titles || {};

  const deliverable = (entry) => h("li", { dir: "auto" },
    h("strong", {}, entry.title), h("br"),
    say("accepted", { rule: entry.acceptance }),
    entry.criteria.length > 0 && [h("br"), h("span", { class: "pw-quiet" }, say("judged_by", { names: entry.criteria.map((name) => titles[name] || name).join(", ") }))]);

  const criterion = (entry) => [
    h("h4", { dir: "auto" }, entry.title),
    h("p", { dir: "auto" }, entry.question),
    h("ol", { start: "0" }, entry.levels.map(([level, text]) => h("li", { value: String(level), dir: "auto" }, text))),
  ];

  const legal = brief.legal;
  return h("div", { class: "pw-brief" }, [
    h("h3", { dir: "auto" }, brief.title),
    h("p", { dir: "auto" }, h("strong", {}, brief.employer.name), brief.sample && ` – ${say("sample")}`),
    h("p", { class: "pw-question", dir: "auto" }, brief.question),
    list([say("due"), due()], [say("hours"), view.hours], [say("pay"), view.pay], [say("supervisor"), person("first", brief.people.supervisor)]),
    h("h4", {}, say("deliverables")),
    h("ul", {}, brief.deliverables.map(deliverable)),
    folded("about", say("about"), h("p", { dir: "auto" }, brief.employer.about), texts(view.situation)),
    folded("scope", say("scope"), texts(view.scope)),
    folded("milestones", say("milestones"), h("ul", {}, brief.milestones.map((entry) => h("li", { dir: "auto" }, `${entry.title} – ${entry.hours} h, ${say("on_day", { n: entry.due_day })}`)))),
    folded("people", say("people"), list(
      [say("supervisor"), person("supervisor", brief.people.supervisor)], [say("champion"), person("champion", brief.people.champion)],
      [say("kick_off"), brief.support.kick_off], [say("check_in"), brief.support.check_in],
      [say("contact"), `${brief.support.contact} ${say("responds", { n: brief.support.response_days })}`])),
    folded("terms", say("terms"), list(
      [say("pay"), view.pay], [say("ip"), legal.ip], [say("confidentiality"), say(`confidentiality_${legal.confidentiality}`)],
      [say("portfolio"), view.portfolio],
      [say("alternative"), legal.alternative_brief || ""], [say("ai"), brief.ai_policy.text])),
    (brief.data || []).length > 0 && folded("data", say("data"), h("ul", {}, brief.data.map((file) => h("li", { dir: "auto" }, `${file.file}: ${file.title}. ${file.source} (${file.licence})`)))),
    folded("rubric", say("rubric"), view.criteria.length ? view.criteria.map(criterion) : h("p", {}, say("no_rubric"))),
  ]);
}
