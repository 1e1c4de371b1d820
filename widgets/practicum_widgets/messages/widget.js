// The thread: each question with its answers, and a form for the next one.
function paint({ view, say, ask }) {
  const when = (at) => new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const who = (message) => message.name || say(`author_${message.author}`);

  const said = (message) => h("div", {},
    h("span", { class: "pw-quiet" }, h("strong", { dir: "auto" }, who(message)), `, ${when(message.at)}`, view.service && message.author === "student" && !message.sent && ` (${say("unsent")})`),
    h("p", { class: "pw-said", dir: "auto" }, message.text),
    message.author === "student" && !message.sent && h("button", { type: "button", "data-key": `remove-${message.id}`, "aria-label": say("remove_named", { what: message.text.slice(0, 60) }), onclick: () => ask("remove", { id: message.id }) }, say("remove")));

  const form = (key, name, answers) => {
    const text = draft(h("textarea", { "data-key": key, maxlength: 5000, required: true, dir: "auto" }));
    const submit = async (event) => {
      event.preventDefault();
      const value = latest(text).value;
      if (value.trim() && await ask("ask", { id: newKey(), text: value, answers })) clear(text);
    };
    return h("form", { onsubmit: submit }, field(name, text), h("button", { class: "pw-main", "data-key": `${key}-send` }, say(view.service ? "send" : "keep")));
  };

  const thread = (messages) => h("div", { class: "pw-thread" }, messages.map(said),
    messages.some((message) => message.author !== "student") && h("details", { "data-key": `reply-${messages[0].id}` },
      h("summary", {}, say("reply")), form(`text-${messages[0].id}`, say("your_reply"), messages[0].id)));

  return [
    h("h3", {}, say("title")),
    h("p", {}, say(view.service ? "intro_service" : "intro_alone", view)),
    view.trouble && h("p", { class: "pw-warn", role: "alert" }, say("trouble", { what: view.trouble })),
    (view.threads || []).length ? view.threads.map(thread) : h("p", { class: "pw-quiet" }, say("empty")),
    form("question", say("question"), null),
    view.service && h("p", {}, h("button", { type: "button", "data-key": "again", onclick: () => ask("exchange") }, say("again"))),
  ];
}
