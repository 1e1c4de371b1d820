// After an anchor: one's own levels beside those that were agreed on, and why these are what they are.

import { button, h, heading, progress } from "./elements.js";

const CLOSE = 0.25; // of a level: nobody is called strict or mild for less

export class Comparison {
  constructor(room, record) {
    this.room = room;
    this.record = record;
  }

  say(name, values) { return this.room.say(name, values); }

  // The agreed levels come with the answer to what was sent; if they did not, they are asked for.
  async open() {
    const { room, record } = this;
    const isCurrent = room.turned();
    await Promise.all([room.refresh(), record.agreed || room.sheets.load(record.code)]);
    const far = room.lines.isCalibrating ? "" : await howFar(room);
    if (isCurrent()) this.show(far);
  }

  show(far) {
    const { room, record } = this;
    const { lines } = room;
    const [done, all] = [lines.done(lines.anchors), lines.anchors.length];
    const top = heading(this.say("compare_title", { code: record.code }));
    const next = lines.isCalibrating ? lines.next(record.code) : null;
    room.show("comparison", top, [
      top,
      h("p", {}, [this.say("compare_what"), record.agreed_by && this.say("agreed_by", { who: record.agreed_by })].filter(Boolean).join(" ")),
      progress(this.say("calibration_progress", { done, all }), done, all),
      room.data.criteria.map((criterion) => this.criterion(criterion)),
      far && h("p", { class: "pw-summary" }, far),
      !lines.isCalibrating && h("p", {}, this.say(lines.submissions.length > 0 ? "calibration_done" : "calibration_done_none")),
      h("div", { class: "pw-row" },
        button(this.say("compare_on"), () => (next ? room.to(next.code) : room.toQueue()), { class: "pw-main" }),
        !record.closed && button(this.say("compare_again"), () => room.to(record.code))),
    ]);
  }

  criterion({ id, title, levels }) {
    const { room, record } = this;
    const mine = record.base.levels[id];
    const agreed = record.agreed?.[id];
    const tries = (record.attempts || []).map((attempt) => attempt.levels?.[id]).filter((level) => level !== undefined);
    return h("section", { class: "pw-compared" },
      h("h3", {}, title),
      h("dl", { class: "pw-pair" },
        h("div", {}, h("dt", {}, this.say("your_level")), h("dd", { class: "pw-text" }, room.level(mine, levels))),
        agreed && h("div", {}, h("dt", {}, this.say("agreed_level")), h("dd", { class: "pw-text" }, room.level(agreed.level, levels)))),
      agreed && h("p", { class: "pw-verdict", "data-same": mine === Number(agreed.level) }, this.verdict(mine - Number(agreed.level))),
      agreed?.words && h("blockquote", { class: "pw-text" }, agreed.words),
      tries.length > 1 && h("p", { class: "pw-quiet" }, this.say("your_tries", { levels: tries.join(", ") })));
  }

  verdict(off) {
    if (off === 0) return this.say("same_level");
    const n = Math.abs(off);
    return this.say(`${off > 0 ? "above" : "below"}_${n === 1 ? "one" : "many"}`, { n });
  }
}

// How far one was off all in all, in one sentence; "" while it is not known. The first try counts:
// at the second one the agreed levels are on the screen.
export async function howFar(room) {
  const codes = room.lines.anchors.map(({ code }) => code);
  await Promise.all(codes.filter((code) => !room.sheets.records.has(code)).map((code) => room.sheets.load(code)));
  const off = codes.flatMap((code) => offsets(room.sheets.records.get(code)));
  if (off.length === 0) return "";
  const same = off.filter((one) => one === 0).length;
  if (same === off.length) return room.say("far_none", { all: off.length });
  const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
  const by = Math.abs(mean).toLocaleString(room.words.lang, { maximumFractionDigits: 1 });
  const way = Math.abs(mean) < CLOSE ? "far_even" : mean > 0 ? "far_mild" : "far_strict";
  return `${room.say("far_same", { same, all: off.length })} ${room.say(way, { by })}`;
}

function offsets(record) {
  const first = record?.attempts?.[0]?.levels || (record?.agreed ? record.base?.levels : null) || {};
  return Object.entries(record?.agreed || {}).filter(([id]) => first[id] !== undefined).map(([id, { level }]) => Number(first[id]) - Number(level));
}
