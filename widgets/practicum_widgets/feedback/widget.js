// Released feedback, or how to get it.
function beside(place) {
  const match = /^(.*?\/)(?:tree|notebooks|edit)\/(.*)$/.exec(location.pathname);
  if (!match || !match[2].endsWith(".ipynb")) return null;
  const base = match[1].replace(/(lab\/)?(workspaces\/[^/]+\/)?$/, "");
  const folder = match[2].split("/").slice(0, -1);
  return `${base}files/${[...folder, ...place.split("/").map(encodeURIComponent)].join("/")}`;
}

function paint({ view, say, ask }) {
  const released = view.released;
  const look = h("p", {}, h("button", { type: "button", "data-key": "fetch", onclick: () => ask("fetch") }, say("fetch")));
  const link = view.page && beside(view.page);
  const open = view.page && h("p", {}, link ? h("a", { href: link, target: "_blank", rel: "noopener", "data-key": "open-page" }, say("open_page")) : view.page);
  if (!released) {
    return [
      h("h3", {}, say("title")),
      view.fault ? h("p", { class: "pw-warn" }, say("fault", { what: view.fault })) : h("p", {}, view.handed_in && say("wait"), " ", say("none_yet", view)),
      open, look,
    ];
  }
  const row = (entry) => h("tr", {},
    h("th", { scope: "row", class: entry.indented ? "pw-indented" : "", dir: "auto" }, entry.title, entry.how && h("div", { class: "pw-quiet" }, entry.how)),
    h("td", { class: "pw-number" }, entry.points), h("td", { class: "pw-number" }, entry.most));
  const criterion = (entry) => [
    h("h5", { dir: "auto" }, entry.title),
    h("p", {}, entry.level === null ? say("no_level", entry) : say("level", entry), entry.rater === "instructor" && ` (${say("by_instructor")})`),
    entry.words.map((text) => h("blockquote", { dir: "auto" }, text)),
    entry.decision && h("p", { dir: "auto" }, say("decided", { what: entry.decision })),
  ];
  return [
    h("h3", {}, say("title")),
    h("p", { class: "pw-mark" }, say("mark", released)),
    h("h4", {}, say("made_up")),
    h("div", { class: "pw-scroll", tabindex: "0", role: "region", "aria-label": say("made_up") }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("part")), h("th", { scope: "col" }, say("points")), h("th", { scope: "col" }, say("most")))),
      h("tbody", {}, released.rows.map(row)))),
    released.penalty_how && h("p", {}, say("late", released)),
    released.steps.length > 0 && [h("h4", {}, say("next")), h("ul", {}, released.steps.map((step) => h("li", { dir: "auto" }, say("step", step))))],
    released.criteria.length > 0 && [h("h4", {}, say("criteria")), released.criteria.map(criterion)],
    open, look,
  ];
}
