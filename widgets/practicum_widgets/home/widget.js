// Where the other notebook is, seen from this one: in JupyterLab and Notebook the address of the
// page tells; elsewhere there is no link.
function address(place) {
  // JupyterLab forgets the notebook's place in its own address when it is loaded again.
  const seen = /^(.*?\/(?:tree|notebooks)\/)(.*\.ipynb)$/.exec(location.pathname);
  if (seen) safely(() => sessionStorage.setItem("practicum:home", location.pathname));
  const kept = safely(() => sessionStorage.getItem("practicum:home")) || "";
  const match = seen || /^(.*?\/(?:tree|notebooks)\/)(.*\.ipynb)$/.exec(kept);
  if (!match) return null;
  const folder = match[2].split("/").slice(0, -1);
  return match[1] + [...folder, ...place.split("/").map(encodeURIComponent)].join("/");
}

function paint({ view, say, ask }) {
  const left = (due) => {
    const hours = (new Date(due) - Date.now()) / 3600000;
    if (hours < 0) return say("overdue", { n: Math.max(1, Math.ceil(-hours / 24)) });
    return hours < 48 ? say("left_hours", { n: Math.floor(hours) }) : say("left_days", { n: Math.floor(hours / 24) });
  };
  const when = (at) => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

  const brief = (line) => {
    const link = address(line.place);
    return h("article", { class: "pw-brief" },
      h("h5", { dir: "auto" }, line.title),
      h("div", { class: "pw-quiet", dir: "auto" }, `${say("employer", line)}; ${say("called", line)}`),
      h("div", { class: "pw-facts" },
        h("span", { class: line.late ? "pw-warn" : "" }, `${say("due")}: `, line.due ? `${when(line.due)} (${left(line.due)})` : say("no_due")),
        h("span", {}, say("hours_of", line)),
        h("span", {}, say("milestones_of", { done: line.done, all: line.milestones })),
        line.handed_in && h("span", {}, say("handed_in", { at: when(line.handed_in) })),
        line.feedback && h("span", {}, say("feedback")),
        line.messages > 0 && h("span", {}, say("messages", { n: line.messages }))),
      h("p", {}, h("strong", {}, `${say("next")}: `), say(`step_${line.step}`)),
      link
        ? h("a", { href: link, class: "pw-open", "data-key": `open-${line.place}`, "aria-label": say("open_named", { what: line.title }) }, say("open"))
        : h("span", { class: "pw-quiet" }, say("lies", line)));
  };

  // A second press while the first is at work would ask for the same again.
  const once = (begin) => async (event) => {
    const button = event.currentTarget;
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    await begin();
    button.removeAttribute("aria-disabled");
  };

  const skills = new Map();
  for (const entry of view.achievements || []) {
    const name = entry.skill || say("other_skills");
    skills.set(name, [...(skills.get(name) || []), entry]);
  }
  const achieved = [...skills].map(([name, entries]) => [
    h("h5", { dir: "auto" }, name),
    h("ul", {}, entries.map((entry) => h("li", { dir: "auto" }, [entry.text, entry.evidence, entry.brief].filter(Boolean).join(" · ")))),
  ]);
  const people = (view.briefs || []).flatMap((line) => line.follow_ups || []);
  const open = (view.available || []).filter((entry) => !entry.fetched);

  return [
    h("h3", {}, say("title")),
    (view.briefs || []).length ? view.briefs.map(brief) : h("p", {}, say(view.available ? "empty_listed" : "empty")),
    h("h4", {}, say("available")),
    h("button", { type: "button", "data-key": "list", onclick: once(() => ask("list")) }, say("list")),
    h("div", { class: "pw-said-here" }),
    view.available && (open.length
      ? h("ul", {}, open.map((entry) => h("li", {}, `${entry.course}: ${entry.brief} `,
        h("button", { type: "button", "data-key": `fetch-${entry.course}-${entry.brief}`, "aria-label": say("fetch_named", { what: entry.brief }), onclick: once(() => ask("fetch", entry)) }, say("fetch")))))
      : h("p", {}, say("nothing_available"))),
    h("h4", {}, say("achievements")),
    achieved.length ? achieved : h("p", {}, say("no_achievements")),
    people.length > 0 && [h("h4", {}, say("follow_ups")), h("ul", {}, people.map((person) => h("li", { dir: "auto" }, `${person.name}: ${person.what}`)))],
  ];
}
