// "I should not judge this one": a reason, and the submission goes back.

import { button, h, put } from "./elements.js";
import { sheetPath } from "./connection.js";

const MOST_WHY = 2000; // characters; the server keeps no more

export function declining(room, record) {
  const reason = h("textarea", { rows: "3", maxlength: MOST_WHY });
  const problem = h("p", { role: "alert", class: "pw-problem" });
  const giveBack = button(room.say("give_back"), async () => {
    const why = reason.value.trim();
    if (!why) {
      put(problem, room.say("give_back_why"));
      reason.focus();
      return;
    }
    giveBack.disabled = true;
    put(problem, await decline(room, record, why));
    giveBack.disabled = false;
  });
  const place = h("details", { class: "pw-decline" },
    h("summary", {}, room.say("decline")),
    h("p", {}, room.say("decline_when")),
    h("div", { class: "pw-field" }, h("label", {}, h("span", {}, room.say("decline_why")), reason)),
    h("div", { class: "pw-row" }, giveBack),
    problem);
  place.addEventListener("toggle", () => { if (place.open) reason.focus(); });
  return place;
}

// Gives a submission back; returns what went wrong, or nothing.
async function decline(room, record, why) {
  const { code } = record;
  clearTimeout(record.timer);
  while (record.flight) await record.flight;
  const answer = await room.connection.call("POST", sheetPath(code, "decline"), { why });
  if (!answer.ok) {
    room.sheets.save(record);
    if (answer.status === 401) return room.say("expired");
    return room.say("not_given_back", { why: answer.why });
  }
  room.sheets.drop(record);
  room.lines.drop(code);
  if (room.form?.record === record) room.toQueue(room.say("given_back", { code }));
  return "";
}
