// A submission's sheet was sent: thanks, how far all is, and where to go.

import { button, h, heading, progress } from "./elements.js";

export function thanks(room, { code }) {
  const { lines } = room;
  const [done, all] = [lines.done(lines.submissions), lines.submissions.length];
  const next = lines.next(code);
  const top = heading(room.say(next ? "thanks" : "all_done"));
  const { waiting } = room.questions;
  const over = room.data.closed ? "all_done_closed" : waiting > 0 ? "all_done_questions" : "all_done_more";
  room.turned();
  room.show("thanks", top, [
    top,
    h("p", {}, room.say("thanks_sent", { code })),
    progress(room.say("progress", { done, all }), done, all),
    !next && h("p", {}, room.say(over, { n: waiting })),
    h("div", { class: "pw-row" },
      next && button(room.say("next"), () => room.to(next.code), { class: "pw-main" }),
      button(room.say("back"), () => room.toQueue()),
      button(room.say("look_again", { code }), () => room.to(code))),
  ]);
}
