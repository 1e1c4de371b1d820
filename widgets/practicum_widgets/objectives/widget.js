// Learning goals: a fieldset for each, and a form for the next one.
function paint({ view, say, ask }) {
  const skills = [["", say("none")], ...(view.skills || []).map((name) => [name, name])];
  const criteria = [["", say("none")], ...(view.criteria || [])];

  const goal = (entry) => {
    const save = (name) => (value) => ask("edit", { id: entry.id, [name]: value });
    const key = (name) => `${entry.id}-${name}`;
    const text = (name, hint) => saving(h("input", { "data-key": key(name), value: entry[name] || "", maxlength: 300, placeholder: hint, dir: "auto" }), save(name));
    const reached = ["open", "no", "partly", "yes"].map((name) => [name, say(`reached_${name}`)]);
    return h("fieldset", {},
      h("legend", { dir: "auto" }, entry.text),
      h("div", { class: "pw-row" },
        field(say("text"), text("text"), { grow: true }),
        field(say("measure"), text("measure", say("measure_hint")), { grow: true })),
      !entry.measure && h("p", { class: "pw-warn" }, say("vague")),
      h("div", { class: "pw-row" },
        field(say("skill"), saving(select(key("skill"), skills, entry.skill), save("skill"))),
        field(say("criterion"), saving(select(key("criterion"), criteria, entry.criterion), save("criterion"))),
        field(say("due"), saving(h("input", { type: "date", "data-key": key("due"), value: entry.due || "" }), save("due"))),
        h("button", { type: "button", "data-key": key("remove"), "aria-label": say("remove_named", { what: entry.text }), onclick: () => ask("remove", { id: entry.id }) }, say("remove"))),
      h("details", { "data-key": key("back"), open: view.done || entry.reached !== "open" },
        h("summary", {}, say("look_back")),
        h("div", { class: "pw-row" },
          field(say("reached"), saving(select(key("reached"), reached, entry.reached), save("reached"))),
          field(say("looked_back"), saving(h("textarea", { "data-key": key("looked_back"), value: entry.looked_back || "", maxlength: 5000, dir: "auto" }), save("looked_back")), { grow: true }))));
  };

  const input = draft(h("input", { "data-key": "new-text", required: true, maxlength: 300, placeholder: say("text_hint"), dir: "auto" }));
  const measure = draft(h("input", { "data-key": "new-measure", maxlength: 300, placeholder: say("measure_hint"), dir: "auto" }));
  const submit = async (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    if (await ask("add", { id: newKey(), text: input.value, measure: measure.value })) clear(input, measure);
  };
  return [
    h("h3", {}, say("title")),
    h("p", {}, say("intro")),
    (view.goals || []).length ? view.goals.map(goal) : h("p", { class: "pw-quiet" }, say("empty")),
    h("form", { onsubmit: submit },
      h("div", { class: "pw-row" },
        field(say("text"), input, { grow: true }),
        field(say("measure"), measure, { grow: true }),
        h("button", { class: "pw-main", "data-key": "new-add" }, say("add")))),
  ];
}
