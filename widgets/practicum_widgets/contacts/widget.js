// People, the questions of the reflection, and the rating of the supervision once it is opened.
function paint({ view, say, ask }) {
  const person = (entry) => {
    const key = (name) => `${entry.id}-${name}`;
    const save = (name) => (value) => ask("edit", { id: entry.id, [name]: value });
    const line = (name, hint) => saving(h("input", { "data-key": key(name), value: entry[name] || "", maxlength: 300, placeholder: hint, dir: "auto" }), save(name));
    return h("fieldset", {}, h("legend", { dir: "auto" }, entry.name),
      h("div", { class: "pw-row" },
        field(say("name"), line("name")), field(say("role"), line("role")),
        field(say("met"), saving(h("input", { type: "date", "data-key": key("met"), value: entry.met || "" }), save("met"))),
        field(say("follow_up"), line("follow_up", say("follow_up_hint")), { grow: true }),
        h("label", { class: "pw-choice" }, saving(h("input", { type: "checkbox", "data-key": key("done"), checked: entry.done, "aria-label": say("done_of", { what: entry.follow_up || entry.name }) }), save("done")), h("span", {}, say("done"))),
        h("button", { type: "button", "data-key": key("remove"), "aria-label": say("remove_named", { what: entry.name }), onclick: () => ask("remove", { id: entry.id }) }, say("remove"))));
  };
  const name = draft(h("input", { "data-key": "new-name", maxlength: 300, required: true, dir: "auto" }));
  const role = draft(h("input", { "data-key": "new-role", maxlength: 300, dir: "auto" }));
  const submit = async (event) => {
    event.preventDefault();
    const content = { id: newKey(), name: latest(name).value, role: latest(role).value };
    if (content.name.trim() && await ask("add", content)) { clear(name, role); latest(name).focus(); }
  };
  const count = (text) => say("words", { n: text.split(/\s+/).filter(Boolean).length });
  const answer = ([prompt, text]) => {
    const number = h("small", {}, count(text));
    const area = saving(h("textarea", { "data-key": `prompt-${prompt}`, value: text, maxlength: 5000, dir: "auto" }), (value) => ask("reflect", { prompt, text: value }));
    area.addEventListener("input", () => { number.textContent = count(area.value); });
    return h("p", {}, field(say(`prompt_${prompt}`), area), number);
  };
  const group = `pw-${newKey()}`;
  const choice = (key, checked, text, save) => h("label", { class: "pw-choice" },
    h("input", { type: "radio", name: `${group}-${key.split(".")[0]}`, "data-key": `rate-${key}`, checked, disabled: view.released, onchange: save }), h("span", {}, text));
  const statement = ([name, level]) => h("fieldset", {}, h("legend", {}, say(`rate_${name}`)),
    h("div", { class: "pw-row" }, [0, 1, 2, 3, 4].map((each) => choice(`${name}.${each}`, each === level, say(`level_${each}`), () => ask("rate", { statement: name, level: each })))));
  const rating = (given) => [
    given.levels.map(statement),
    h("fieldset", {}, h("legend", {}, say("recommend")),
      h("div", { class: "pw-row" }, ["yes", "perhaps", "no", ""].map((each) => choice(`recommend.${each || "unsaid"}`, each === given.recommend, say(`recommend_${each || "unsaid"}`), () => ask("rate", { recommend: each }))))),
    field(say("rating_words"), saving(h("textarea", { "data-key": "rate-words", value: given.words, maxlength: 5000, disabled: view.released, dir: "auto" }), (words) => ask("rate", { words }))),
    h("p", { class: "pw-row" },
      !given.empty && !view.released && h("button", { type: "button", "data-key": "rate-clear", onclick: () => ask("clear_rating") }, say("rating_clear")),
      h("button", { type: "button", "data-key": "rate-close", onclick: () => ask("close_rating") }, say("rating_close"))),
  ];
  return [
    h("h3", {}, say("title")),
    h("h4", {}, say("people")),
    (view.contacts || []).length ? view.contacts.map(person) : h("p", { class: "pw-quiet" }, say("empty")),
    h("form", { onsubmit: submit }, h("div", { class: "pw-row" }, field(say("name"), name), field(say("role"), role), h("button", { class: "pw-main", "data-key": "new-add" }, say("add")))),
    h("h4", {}, say("reflection")),
    h("p", {}, say("reflection_intro")),
    (view.reflection || []).map(answer),
    h("h4", {}, say("rating")),
    h("p", {}, say("rating_who")),
    h("p", {}, say("rating_how")),
    view.released && h("p", { class: "pw-warn" }, say("rating_late")),
    view.rating ? rating(view.rating) : h("button", { type: "button", "data-key": "rate-open", onclick: () => ask("open_rating") }, say("rating_open")),
  ];
}
