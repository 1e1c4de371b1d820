// Shows the form where the notebook has its place. All briefs have the same page: which of them it
// is about is said by its address alone.
import { enter } from "./room.js";

const base = new URL("./", location.href).pathname;
const words = await (await fetch(new URL("./words.json", import.meta.url))).json();
enter({ base, words, el: document.getElementById("review-room") });
