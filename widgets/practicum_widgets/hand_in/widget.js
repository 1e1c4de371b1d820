// The check with its progress, the two ways to hand in, the receipts.
const progress = new WeakMap();

// JupyterLab marks the tab of a document with changes that are not saved. Where there are no tabs
// the kernel says what it ran and does not find in the file.
const dirty = () => document.querySelector(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty") !== null;

function paint({ view, say, ask, model }) {
  const when = (at) => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
  const checked = view.checked;
  const grave = checked ? checked.findings.filter(([, costs]) => costs) : [];
  const others = checked ? checked.findings.filter(([, costs]) => !costs) : [];
  const open = !checked || grave.length > 0 || checked.outdated || view.insist;

  const bar = h("progress", { "aria-label": say("check") });
  const where = h("span", { role: "status" });
  const show = ([done, all]) => { bar.max = Math.max(1, all); bar.value = done; where.textContent = all ? say("checking", { done, all }) : say("beginning"); };
  if (!progress.has(model)) {
    progress.set(model, { last: [0, 0], show });
    model.on("msg:custom", (message) => {
      if (!message?.progress) return;
      const state = progress.get(model);
      state.last = message.progress;
      state.show(message.progress);
    });
  }
  progress.get(model).show = show;
  if (view.running) show(progress.get(model).last);
  else progress.get(model).last = [0, 0];

  const finding = ([key, , about]) => h("li", { dir: "auto" }, say(key, about));
  const result = checked && [
    h("p", {}, say("result", { ...checked, at: when(checked.at) })),
    checked.outdated && h("p", { class: "pw-warn" }, say("outdated")),
    grave.length > 0 && [h("h4", {}, say("grave")), h("ul", {}, grave.map(finding))],
    others.length > 0 && [h("h4", {}, say("reminders")), h("ul", {}, others.map(finding))],
    !grave.length && !others.length && !checked.outdated && h("p", {}, say("all_well")),
  ];

  const confirm = draft(h("input", { type: "checkbox", "data-key": "confirm" }));
  const hand = (action) => async () => {
    const done = await ask(action, { id: newKey(), confirmed: latest(confirm).checked, dirty: dirty() }, { patience: 120000 });
    if (done) { latest(confirm).checked = false; delete latest(confirm).dataset.dirty; }
  };
  const changes = (entry) => {
    const told = ["added", "removed", "changed"].filter((key) => entry.changes[key].length);
    if (!told.length) return null;
    return [
      told.map((key) => h("div", { class: "pw-quiet" }, say(key, { names: entry.changes[key].join(", ") }))),
      entry.cells > 0 && h("div", { class: "pw-quiet" }, say("cells", { n: entry.cells })),
    ];
  };
  const receipt = (entry, index) => h("div", { class: "pw-receipt" },
    h("strong", {}, say(`way_${entry.way}`, { brief: view.brief, at: when(entry.at), place: entry.place })), " ", entry.count > 0 && say("files", entry), " ", index === 0 && say("counts"),
    h("div", { class: "pw-quiet pw-digest" }, `${say("digest")}: ${entry.sha256}`),
    entry.way === "zip" && h("div", {}, say("upload", entry)),
    changes(entry) || (entry.known && h("div", { class: "pw-quiet" }, say("same"))));

  // What the service tells of the newest hand-in; there are no marks in it.
  const outcome = view.outcome;
  const standing = outcome && (outcome.old ? (outcome.tests.length ? "old" : "nothing") : outcome.state === "nothing" ? "none" : outcome.state);
  const came = outcome && [
    h("h4", {}, say("outcome")),
    outcome.trouble && h("p", { class: "pw-warn" }, outcome.trouble),
    outcome.at && h("p", {}, say("arrived", { at: when(outcome.at), number: outcome.number })),
    outcome.state && h("p", {}, say(`outcome_${standing}`), " ", outcome.asks && say("outcome_asks")),
    outcome.state === "graded" && [
      outcome.tests.length > 0 && h("p", {}, say("outcome_tests", { passed: outcome.passed, all: outcome.tests.length })),
      h("ul", {}, outcome.tests.map((test) => h("li", {}, h("code", {}, test.cell), `: ${say(`test_${test.outcome}`)}`))),
      outcome.later > 0 && h("p", {}, say("outcome_later", { n: outcome.later })),
    ],
    outcome.kept && h("p", { class: "pw-quiet" }, say("check_receipt", outcome)),
    h("p", {}, h("button", { type: "button", "data-key": "results", onclick: () => ask("results") }, say("look_results"))),
  ];

  return [
    h("h3", {}, say("title")),
    h("p", {}, say("intro")),
    h("p", { class: "pw-quiet" }, view.saved ? say("saved_at", { at: when(view.saved) }) : say("not_saved")),
    view.running
      ? h("div", {}, bar, where, " ", h("button", { type: "button", "data-key": "check", onclick: () => ask("cancel") }, say("cancel")))
      : h("p", {}, h("button", { type: "button", class: "pw-main", "data-key": "check", onclick: () => ask("check", { dirty: dirty() }) }, say("check"))),
    view.trouble && h("p", { class: "pw-warn", role: "alert" }, view.trouble),
    result,
    open && h("label", { class: "pw-choice pw-consent" }, confirm, h("span", {}, say("confirm"))),
    h("div", { class: "pw-row" },
      h("button", { type: "button", class: "pw-main", "data-key": "submit", onclick: hand("submit") }, say("submit")),
      h("button", { type: "button", "data-key": "pack", onclick: hand("pack") }, say("pack"))),
    h("div", { class: "pw-said-here" }),
    h("h4", {}, say("receipts")),
    (view.receipts || []).length ? view.receipts.map(receipt) : h("p", { class: "pw-quiet" }, say("no_receipts")),
    came,
  ];
}
