// What is kept in this browser until the server has it, for one reviewer of one brief.

import { safely } from "./elements.js";

export class Kept {
  // about: returns { brief, reviewer }, which are known once the server has answered.
  constructor(base, about) {
    this.base = base;
    this.about = about;
  }

  key(name) {
    const { brief, reviewer } = this.about();
    return `practicum-room:${this.base}${name}:${brief?.id ?? ""}:${reviewer?.name ?? ""}`;
  }

  // Whether it could be kept: a browser may refuse.
  write(name, value) {
    return safely(() => { localStorage.setItem(this.key(name), JSON.stringify(value)); return true; }) === true;
  }

  remove(name) { safely(() => localStorage.removeItem(this.key(name))); }

  read(name) {
    const value = safely(() => JSON.parse(localStorage.getItem(this.key(name))));
    return value && typeof value === "object" ? value : null;
  }
}
