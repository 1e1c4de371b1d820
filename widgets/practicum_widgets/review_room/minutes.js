// The time that a review takes: counted while its form is seen and used.

import { MOST_MINUTES } from "./fields.js";

const IDLE = 3 * 60000; // people read for a while without a key or a move of the pointer
const IDLE_IN_FRAME = 10 * 60000; // what is done inside the submission's frame is not to be seen here
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"];

export class Minutes {
  constructor(room) {
    this.room = room;
    this.active = Date.now();
  }

  used() { this.active = Date.now(); }

  listen(signal) {
    const used = () => this.used();
    for (const name of SIGNS) document.addEventListener(name, used, { signal, passive: true, capture: true });
    window.addEventListener("blur", used, { signal });
    window.addEventListener("focus", used, { signal });
    let last = Date.now();
    const ticking = setInterval(() => {
      const now = Date.now();
      this.tick(Math.min(10, (now - last) / 1000));
      last = now;
    }, 1000);
    signal.addEventListener("abort", () => clearInterval(ticking));
  }

  // The fractions of a minute wait in the record.
  tick(seconds) {
    const { form } = this.room;
    const control = form?.fields.control("minutes");
    if (!control || !form.record.isTimed || form.record.closed || document.visibilityState !== "visible") return;
    const idle = document.activeElement?.tagName === "IFRAME" ? IDLE_IN_FRAME : IDLE;
    if (Date.now() - this.active > idle || form.fields.typing() === "minutes") return;
    const { record } = form;
    record.seconds = (record.seconds || 0) + seconds;
    const whole = Math.floor(record.seconds / 60);
    if (whole < 1) return;
    record.seconds -= whole * 60;
    record.sheet.minutes = Math.min(MOST_MINUTES, (record.sheet.minutes || 0) + whole);
    control.value = String(record.sheet.minutes);
  }
}
