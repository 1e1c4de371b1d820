// A widget's test page: the same files, put together as Python does it, with a stand-in for the
// notebook that says yes to everything. Serve the package's folder and open <widget>/page.html:
//
//   python -m http.server --directory widgets/practicum_widgets
const text = async (place) => (await fetch(place)).text();
const json = async (place) => (await fetch(place)).json();

export async function show(folder, language = "en") {
  const source = [await text("../surface/surface.js"), await text(`${folder}/widget.js`)].join("\n");
  const { default: widget } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  for (const place of ["../surface/surface.css", `${folder}/widget.css`]) {
    const style = document.createElement("style");
    style.textContent = await text(place);
    document.head.append(style);
  }
  const tables = [await json("../surface/words.json"), await json(`${folder}/words.json`)];
  const words = Object.assign({}, ...tables.flatMap((table) => [table.en, table[language] || {}]));
  const listeners = {};
  const state = { words, view: await json(`${folder}/view.json`), notices: [] };
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; (listeners[`change:${name}`] || []).forEach((f) => f()); },
    save_changes: () => {},
    on: (name, f) => { (listeners[name] ||= []).push(f); },
    off: (name, f) => { listeners[name] = (listeners[name] || []).filter((other) => other !== f); },
    send: (message) => {
      (window.asked ||= []).push(message);
      const answer = { answer: message.ask, ok: true, at: "12:00" };
      setTimeout(() => (listeners["msg:custom"] || []).forEach((f) => f(answer)), 10);
    },
  };
  window.model = model;
  widget.render({ model, el: document.getElementById("widget") });
}
