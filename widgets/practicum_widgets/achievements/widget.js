// The log by skill, and a form for the next entry.
function paint({ view, say, ask }) {
  const kinds = ["cell", "chart", "file", "link"].map((name) => [name, say(`kind_${name}`)]);
  const skills = [...(view.skills || []).map((name) => [name, name]), ["", say("no_skill")]];
  const groups = new Map();
  for (const entry of view.entries || []) {
    const name = entry.skill || say("no_skill");
    groups.set(name, [...(groups.get(name) || []), entry]);
  }
  const shown = (entry) => {
    if (!entry.evidence) return null;
    const link = entry.kind === "link" && /^https?:\/\//.test(entry.evidence);
    return [` (${say(`kind_${entry.kind}`)}: `, link ? h("a", { href: entry.evidence, rel: "noopener noreferrer", target: "_blank", "data-key": `link-${entry.id}` }, entry.evidence) : entry.evidence, ")"];
  };
  const item = (entry) => h("li", { dir: "auto" }, entry.text, shown(entry), " ",
    h("button", { type: "button", "data-key": `remove-${entry.id}`, "aria-label": say("remove_named", { what: entry.text }), onclick: () => ask("remove", { id: entry.id }) }, say("remove")),
    !entry.evidence && entry.kind !== "file" && h("div", { class: "pw-warn" }, field(say("no_evidence"), saving(h("input", { "data-key": `evidence-${entry.id}`, maxlength: 300, placeholder: say("evidence_hint"), dir: "auto" }), (value) => ask("edit", { id: entry.id, kind: entry.kind, evidence: value })))));

  const text = draft(h("input", { "data-key": "new-text", maxlength: 300, required: true, placeholder: say("text_hint"), dir: "auto" }));
  const kind = draft(select("new-kind", kinds, "cell"));
  const evidence = draft(h("input", { "data-key": "new-evidence", maxlength: 300, placeholder: say("evidence_hint"), dir: "auto" }));
  const file = draft(select("new-file", [["", say("none")], ...(view.files || []).map((name) => [name, name])], ""));
  const skill = draft(select("new-skill", skills, (view.skills || [])[0] || ""));
  const words = field(say("evidence"), evidence, { grow: true });
  const files = field(say("file"), file);
  // Which of the two is asked for follows the kind, before and after a painting.
  const choose = () => {
    const isFile = latest(kind).value === "file";
    latest(evidence).closest("label").hidden = isFile;
    latest(file).closest("label").hidden = !isFile;
  };
  kind.addEventListener("change", choose);
  queueMicrotask(choose);
  const submit = async (event) => {
    event.preventDefault();
    const content = { id: newKey(), text: latest(text).value, kind: latest(kind).value, skill: latest(skill).value };
    content.evidence = content.kind === "file" ? latest(file).value : latest(evidence).value;
    if (content.text.trim() && await ask("add", content)) clear(text, evidence, file);
  };
  return [
    h("h3", {}, say("title")),
    h("p", {}, say("intro")),
    groups.size ? [...groups].map(([name, entries]) => [h("h4", { dir: "auto" }, name), h("ul", {}, entries.map(item))]) : h("p", { class: "pw-quiet" }, say("empty")),
    h("form", { onsubmit: submit }, h("div", { class: "pw-row" },
      field(say("text"), text, { grow: true }), field(say("kind"), kind), words, files, field(say("skill"), skill),
      h("button", { class: "pw-main", "data-key": "new-add" }, say("note")))),
  ];
}
