// Shows the form where the notebook has its place.
import room from "./room.js";

const el = document.getElementById("review-room");
const words = await (await fetch("./static/words.json")).json();
const known = { base: el.dataset.base, words: words.en };
room.render({ model: { get: (name) => known[name] }, el });
