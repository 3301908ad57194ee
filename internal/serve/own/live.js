// Shows the page anew when the site is another. The body is put in the place of the old
// one, which is quicker than to load everything again, does not flicker, and leaves the
// reader where they were. Not a line of this is ever published.
"use strict";
(() => {
  const script = document.currentScript;
  let shown = script.dataset.version;

  // What a page is besides its title and body. Where it is another, or the page is the
  // report of a failure, the browser loads everything.
  const frame = (page) =>
    page.documentElement.cloneNode(false).outerHTML +
    [...page.head.children].filter((e) => !e.matches("title, script[data-version]")).map((e) => e.outerHTML).join("\n");
  const ours = frame(document);

  const show = (page) => {
    const focused = place(document.activeElement);
    const { scrollX, scrollY } = window;
    document.title = page.title;
    document.body.replaceWith(document.adoptNode(page.body));
    unfold();
    focused()?.focus({ preventScroll: true });
    scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
    tell();
  };

  // Finds on the new page what had the focus on the old one: by its id, or else by how many
  // others stand before it.
  const place = (element) => {
    const reached = () => [...document.querySelectorAll('a[href], summary, button, [tabindex="0"]')];
    const { id } = element;
    const index = reached().indexOf(element);
    return () => (id ? document.getElementById(id) : reached()[index]);
  };

  // Says to who does not see it that the page is another. Screen readers tell of what changes in
  // a place that they know already, so the words come a little after it.
  const tell = () => {
    const said = document.createElement("div");
    said.id = "_tocsin_said";
    said.lang = "en";
    said.setAttribute("role", "status");
    document.body.append(said);
    const count = document.querySelector("._tocsin ._count")?.textContent;
    setTimeout(() => { said.textContent = ["Page updated", count].filter(Boolean).join(", "); }, 200);
  };

  // One page is asked for at a time; what changes meanwhile is asked for afterwards.
  let asked = false, asking = false;
  const load = async () => {
    asked = true;
    if (asking) return;
    asking = true;
    try {
      while (asked) {
        asked = false;
        const answer = await fetch(location.pathname);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const version = page.querySelector("script[data-version]")?.dataset.version;
        if (version === undefined || answer.redirected || frame(page) !== ours) return location.reload();
        shown = version;
        show(page);
      }
    } catch {
      // The server is gone. When it is back, its first event brings us here again.
    } finally {
      asking = false;
    }
  };

  // A stylesheet stays until the next is there. Of several that are awaited the last one counts.
  const restyle = (version) => {
    for (const late of document.querySelectorAll("link[data-awaited]")) late.remove();
    for (const old of document.querySelectorAll('link[rel="stylesheet"]')) {
      const href = new URL(old.href);
      if (href.pathname.startsWith("/_tocsin/")) continue;
      href.search = "version=" + encodeURIComponent(version);
      const fresh = old.cloneNode();
      fresh.dataset.awaited = "";
      fresh.addEventListener("load", () => {
        delete fresh.dataset.awaited;
        old.remove();
      });
      fresh.addEventListener("error", () => location.reload());
      fresh.href = href;
      old.after(fresh);
    }
  };

  // Whoever missed a version, or gets several in one, may have missed a change of style too.
  const page = (e) => {
    if (e.data === shown) return;
    restyle(e.data);
    load();
  };

  const style = (e) => {
    shown = e.data;
    restyle(e.data);
  };

  // Browsers keep six lines to a server, and share them among all its pages: one that
  // nobody looks at gives its line back, and asks what it missed when it is seen again.
  let events;
  const listen = () => {
    events?.close();
    if (document.hidden) return;
    events = new EventSource("/_tocsin/events");
    events.addEventListener("now", page);
    events.addEventListener("page", page);
    events.addEventListener("style", style);
  };
  document.addEventListener("visibilitychange", listen);
  listen();

  // What was unfolded stays unfolded, what was folded stays folded.
  const folds = "#_tocsin_dock details";
  const unfold = () => {
    for (const details of document.querySelectorAll(folds)) {
      const kept = sessionStorage.getItem(details.id);
      if (kept !== null) details.open = kept === "open";
    }
  };
  // A click comes before what it does, and from the keyboard too. (The event "toggle" would
  // also come of what the page itself unfolds.)
  document.addEventListener("click", (e) => {
    const details = e.target.closest("summary")?.parentElement;
    if (details?.matches(folds)) sessionStorage.setItem(details.id, details.open ? "folded" : "open");
  });
  unfold();
})();
