// The task, folded: what the situation is and what was to be handed in.

import { h, paragraphs } from "./elements.js";

export function briefDetails(room) {
  const { brief } = room.data;
  const deliverables = brief.deliverables || [];
  const deliverable = ({ title, acceptance }) => h("li", {}, title, acceptance && h("p", { class: "pw-quiet pw-text" }, room.say("acceptance", { acceptance })));
  return [
    brief.situation && h("details", {}, h("summary", {}, room.say("situation")), paragraphs(brief.situation)),
    deliverables.length > 0 && h("details", {},
      h("summary", {}, room.say("deliverables", { n: deliverables.length })),
      h("ul", {}, deliverables.map(deliverable))),
  ];
}
