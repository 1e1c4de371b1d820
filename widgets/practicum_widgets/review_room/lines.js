// The lines of the queue: what the server said of a submission, and what is known here since.

const STATES = ["new", "draft", "submitted"];

export class Lines {
  constructor(room) { this.room = room; }

  get all() { return this.room.data.submissions; }
  get anchors() { return this.all.filter((line) => line.kind === "anchor"); }
  get submissions() { return this.all.filter((line) => line.kind !== "anchor"); }

  find(code) { return this.all.find((line) => line.code.toUpperCase() === code.toUpperCase()); }

  record(line) { return this.room.sheets.records.get(line.code); }

  state(line) {
    const known = [line.state, this.record(line)?.state].map((state) => STATES.indexOf(state));
    return STATES[Math.max(0, ...known)];
  }

  // Sent once, and changed since.
  isUnsent(line) {
    const record = this.record(line);
    return this.state(line) === "submitted" && Boolean(record ? record.isUnsent : line.unsent);
  }

  done(lines) { return lines.filter((line) => this.state(line) === "submitted").length; }

  // Until all anchors are sent, the others wait.
  get isCalibrating() { return this.done(this.anchors) < this.anchors.length; }

  // What comes after a submission: anchors first, then round and round until all are sent.
  next(after) {
    const lines = this.isCalibrating ? this.anchors : this.submissions.filter((line) => !line.locked);
    const from = lines.findIndex(({ code }) => code === after) + 1;
    return [...lines.slice(from), ...lines.slice(0, from)].find((line) => line.code !== after && this.state(line) !== "submitted") || null;
  }

  sent(code) {
    const line = this.find(code);
    if (line) Object.assign(line, { state: "submitted", unsent: false });
  }

  drop(code) { this.room.data.submissions = this.all.filter((line) => line.code !== code); }

  // The server has said anew how far all is; what is not saved yet is known better here.
  took() {
    for (const line of this.all) {
      const record = this.record(line);
      if (record && !record.flight && !this.room.sheets.isDirty(record)) record.isUnsent = Boolean(line.unsent);
    }
  }
}
