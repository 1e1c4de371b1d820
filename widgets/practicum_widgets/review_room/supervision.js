// What students said of the supervision, once both sides are opened: counts as bars, words as said.

import { h } from "./elements.js";
import { LEVELS } from "./fields.js";

const ASKED = ["clear", "reachable", "helpful", "respectful"];
const ANSWERS = ["yes", "perhaps", "no"];

export function supervision(room) {
  const found = room.data.supervision;
  if (!found) return [];
  const title = h("h3", {}, room.say("supervision"));
  if (!found.n) return [title, h("p", {}, room.say("supervision_none"))];
  if (found.few) return [title, h("p", {}, room.say("supervision_few", { n: found.n }))];
  const words = found.words || [];
  return [
    title,
    h("p", {}, room.say("supervision_n", { n: found.n })),
    h("div", { class: "pw-counts" },
      ASKED.filter((key) => Array.isArray(found.levels?.[key])).map((key) => counts(room.say(`supervision_${key}`), levels(room, found.levels[key]), found.n)),
      found.recommend && counts(room.say("supervision_recommend"), ANSWERS.map((one) => [room.say(`again_${one}`), found.recommend[one]]), found.n)),
    words.length > 0 && h("h4", {}, room.say("supervision_words")),
    words.map((text) => h("blockquote", { class: "pw-text" }, text)),
  ].flat().filter(Boolean);
}

function levels(room, found) {
  return LEVELS.map((level) => [room.say("supervision_level", { level, words: room.words.supervision_levels[level] }), found[level]]);
}

// A table of [what, how often]; each number has a bar beside it, which says the same to the eye.
function counts(caption, rows, all) {
  const bar = (n) => h("div", { class: "pw-count", style: `inline-size: ${(100 * n) / Math.max(1, all)}%` });
  return h("table", {}, h("caption", {}, caption),
    h("tbody", {}, rows.map(([what, times]) => {
      const n = Number(times) || 0;
      return h("tr", {}, h("th", { scope: "row" }, what), h("td", {}, n), h("td", { "aria-hidden": "true" }, bar(n)));
    })));
}
