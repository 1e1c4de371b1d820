// The rubric as radio buttons, and beside it what others said after release.
function paint({ view, say, ask }) {
  const criteria = view.criteria || [];
  if (!criteria.length) return [h("h3", {}, say("title")), h("p", {}, say("no_rubric"))];
  const group = `pw-${newKey()}`;

  const difference = (own, theirs) => {
    if (own === null) return say("not_judged");
    const gap = own - theirs;
    if (gap === 0) return say("same");
    const size = Math.abs(gap);
    return say(gap < 0 ? "lower" : "higher", { n: size === 1 ? say("levels_one") : say("levels_many", { n: size }) });
  };
  const side = (entry) => h("div", { class: "pw-side" },
    h("strong", {}, say(`by_${entry.rater}`, { level: entry.theirs })), " ", difference(entry.level, entry.theirs),
    entry.said.map((text) => h("p", { class: "pw-quiet", dir: "auto" }, text)),
    entry.decision && h("p", { dir: "auto" }, say("decided", { what: entry.decision })));

  const criterion = (entry) => h("fieldset", {},
    h("legend", { dir: "auto" }, entry.title),
    h("p", { dir: "auto" }, entry.question),
    h("div", { class: "pw-levels" }, entry.levels.map(([level, text]) => h("label", { class: "pw-choice" },
      h("input", { type: "radio", name: `${group}-${entry.id}`, value: String(level), "data-key": `${entry.id}-${level}`, checked: entry.level === level, onchange: () => ask("judge", { criterion: entry.id, level }) }),
      h("span", { dir: "auto" }, h("strong", {}, `${level}`), ` ${text}`)))),
    field(say("evidence"), saving(h("textarea", { "data-key": `${entry.id}-evidence`, value: entry.evidence, maxlength: 5000, dir: "auto" }), (evidence) => ask("judge", { criterion: entry.id, evidence }))),
    view.released && entry.theirs !== null && side(entry));

  return [
    h("h3", {}, say("title")),
    h("p", {}, say("intro")),
    criteria.map(criterion),
    h("p", {}, say("done", { done: criteria.filter((entry) => entry.level !== null).length, all: criteria.length })),
  ];
}
