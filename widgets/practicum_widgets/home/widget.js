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

// What a page shows of the catalogue only, and where something was pressed last: it is no state of
// the notebook's.
const filters = new WeakMap();
const pressed = new WeakMap();

// Says what comes of it beside what was pressed: a catalogue may be long.
function stand(control, model) {
  const page = control.closest(".pw");
  const part = control.closest("[data-said]");
  pressed.set(model, part?.dataset.said);
  (part || [...page.querySelectorAll(".pw-said-here")].at(-1)).append(page.querySelector(".pw-status"));
}

function isShown(offer, only) {
  const text = [offer.title, offer.employer, offer.industry, offer.question, offer.brief, ...offer.topics].join(" ").toLowerCase();
  const atMost = (value, most) => !(Number(most) > 0) || value <= Number(most);
  return only.text.toLowerCase().split(/\s+/).every((word) => text.includes(word))
    && (!only.topic || offer.topics.some((topic) => topic.toLowerCase() === only.topic.toLowerCase()))
    && atMost(offer.hours, only.hours)
    && atMost(Number(only.pay) || 0, offer.pay.kind === "unpaid" ? 1e-9 : Number(offer.pay.per_hour));
}

// The course's briefs: what interests me, what to show, and each with its state and what can be done.
function catalogueOf({ catalogue, say, ask, model, once, when }) {
  const only = filters.get(model) || { text: "", topic: "", hours: "", pay: "" };
  filters.set(model, only);
  const list = h("div", {});
  const count = h("p", { class: "pw-quiet", role: "status" });
  const day = (at) => new Date(at).toLocaleDateString([], { dateStyle: "medium" });

  const boxes = catalogue.topics.map((topic) => h("input", { type: "checkbox", value: topic, checked: catalogue.chosen.includes(topic), "data-key": `like-${topic}` }));
  const mine = h("input", { type: "number", min: "0", max: "1000", step: "any", inputmode: "decimal", value: catalogue.hours ?? "", "data-key": "my-hours" });
  const note = () => {
    stand(latest(mine), model);
    const topics = boxes.map(latest).filter((box) => box.checked).map((box) => box.value);
    return ask("interests", { topics, hours: Number(latest(mine).value) || null });
  };
  [...boxes, mine].forEach((control) => saving(control, note));
  const interests = h("details", { "data-key": "interests", "data-said": "interests" },
    h("summary", { "data-key": "interests-open" }, say("interests")),
    h("p", { class: "pw-quiet" }, say("catalogue_intro"), " ", say("interests_why")),
    boxes.length > 0 && h("fieldset", {}, h("legend", {}, say("my_topics")),
      h("div", { class: "pw-row" }, boxes.map((box) => h("label", { class: "pw-choice" }, box, h("span", { dir: "auto" }, box.value))))),
    h("div", { class: "pw-row" }, field(say("my_hours"), mine)),
    pressed.get(model) === "interests" && h("div", { class: "pw-said-here" }));

  const reason = (offer) => [
    offer.matched.length > 0 && say("reason_topics", { topics: offer.matched.join(", ") }),
    offer.fits && say(`reason_${offer.fits}`, { hours: offer.hours, mine: catalogue.hours }),
  ].filter(Boolean).join("; ");
  const state = (offer) => {
    if (!offer.state) return say(offer.placed ? "state_works" : "state_open");
    return say(offer.state === "refused" && offer.by ? "state_refused_by" : `state_${offer.state}`, { at: offer.at ? day(offer.at) : "–", by: offer.by });
  };
  const fetched = (offer) => {
    if (offer.here) return h("p", { class: "pw-quiet" }, say("is_here"));
    if (!offer.published) return h("p", { class: "pw-quiet" }, say("not_published"));
    return offer.placed && h("button", { type: "button", "data-key": `fetch-offer-${offer.brief}`, "aria-label": say("fetch_offer_named", { what: offer.title }), onclick: once(() => ask("fetch", { course: catalogue.course, brief: offer.brief })) }, say("fetch"));
  };
  const applying = (offer) => {
    if (!catalogue.applies || offer.fixed || offer.state === "placed") return null;
    if (offer.state === "applied") {
      return h("button", { type: "button", "data-key": `withdraw-${offer.brief}`, "aria-label": say("withdraw_named", { what: offer.title }), onclick: once(() => ask("withdraw", { brief: offer.brief })) }, say("withdraw"));
    }
    const words = draft(h("textarea", { "data-key": `words-${offer.brief}`, maxlength: "2000", "aria-label": say("apply_words_named", { what: offer.title }) }));
    const apply = once(async () => { if (await ask("apply", { brief: offer.brief, words: latest(words).value })) clear(words); });
    return [
      h("button", { type: "button", "data-key": `apply-${offer.brief}`, "aria-label": say("apply_named", { what: offer.title }), onclick: apply }, say("apply")),
      h("details", { class: "pw-grow", "data-key": `more-${offer.brief}` }, h("summary", { "data-key": `more-open-${offer.brief}` }, say("apply_words")), words),
    ];
  };
  const card = (offer) => h("article", { class: "pw-brief", "data-said": offer.brief },
    h("h5", { dir: "auto" }, offer.title),
    h("div", { class: "pw-quiet", dir: "auto" }, `${say(offer.industry ? "employer_in" : "employer", offer)}; ${say("called", offer)}`),
    h("p", { dir: "auto" }, offer.question),
    h("div", { class: "pw-facts" },
      h("span", {}, say("hours_n", offer)),
      h("span", {}, say(`pay_${offer.pay.kind}`, offer.pay)),
      h("span", {}, say(`location_${offer.location}`)),
      h("span", {}, `${say("due")}: `, offer.due ? when(offer.due) : say("no_due")),
      h("span", { dir: "auto" }, `${say("topics")}: ${offer.topics.join(", ")}`)),
    reason(offer) && h("p", {}, h("strong", {}, `${say("fits")}: `), reason(offer)),
    h("p", { dir: "auto" }, state(offer), offer.state && offer.words && ` ${say(["refused", "ended", "placed"].includes(offer.state) ? "words_theirs" : "words_mine", offer)}`),
    h("div", { class: "pw-row" }, applying(offer), fetched(offer)),
    pressed.get(model) === offer.brief && h("div", { class: "pw-said-here" }));

  const fill_ = (painter) => {
    const found = catalogue.offers.filter((offer) => isShown(offer, only));
    painter(list, found.map(card));
    const told = say("shown", { n: found.length, all: catalogue.offers.length });
    if (count.textContent !== told) count.textContent = told;
  };
  const narrowing = (name, control) => {
    control.addEventListener("input", () => { only[name] = control.value; fill_(repaint); });
    return control;
  };
  const all = [["", say("any_topic")], ...catalogue.topics.map((topic) => [topic, topic])];
  if (only.topic && !catalogue.topics.includes(only.topic)) only.topic = "";
  const number = (name) => narrowing(name, h("input", { type: "number", min: "0", step: "any", inputmode: "decimal", value: only[name], "data-key": `only-${name}` }));
  const narrow = h("fieldset", {}, h("legend", {}, say("filter")), h("div", { class: "pw-row" },
    field(say("search"), narrowing("text", h("input", { type: "search", value: only.text, "data-key": "only-text" }))),
    field(say("topic"), narrowing("topic", select("only-topic", all, only.topic))),
    field(say("hours_most"), number("hours")),
    field(say("pay_least"), number("pay"))));
  fill_((place, elements) => place.replaceChildren(...elements));

  return [
    h("h4", {}, say("catalogue")),
    catalogue.trouble && h("p", { class: "pw-warn" }, catalogue.trouble),
    catalogue.everybody && h("p", {}, catalogue.everybody),
    h("div", { "data-said": "catalogue" },
      h("button", { type: "button", "data-key": "catalogue", onclick: once(() => ask("catalogue")) }, say("look_again")),
      pressed.get(model) === "catalogue" && h("div", { class: "pw-said-here" })),
    catalogue.offers.length ? [interests, narrow, count, list] : !catalogue.trouble && h("p", {}, say("no_offers")),
  ];
}

function paint({ view, say, ask, model }) {
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
    stand(button, model);
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
    view.catalogue && catalogueOf({ catalogue: view.catalogue, say, ask, model, once, when }),
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
