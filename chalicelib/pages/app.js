// What the pages gain by a script: nothing here is needed to read them or to answer.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("scripted");

  // -- light and dark ---------------------------------------------------------------------------

  var KEY = "mainstay-theme";
  function remembered() {
    try { return localStorage.getItem(KEY); } catch (error) { return null; } // storage may be forbidden
  }
  function remember(theme) {
    try { localStorage.setItem(KEY, theme); } catch (error) { return; } // it holds for this page then
  }
  var theme = remembered();
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  function switchTheme() {
    var dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  }

  // -- times that tick --------------------------------------------------------------------------

  function inWords(seconds) {
    var s = Math.max(0, Math.floor(seconds));
    if (s < 60) return s + " s";
    if (s < 3600) return Math.floor(s / 60) + " min";
    if (s < 172800) return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min";
    return Math.floor(s / 86400) + " days";
  }
  var drawnAt = Date.now();
  function tick() {
    // Counted from the page's own time: the clock of a phone may be wrong.
    var passed = (Date.now() - drawnAt) / 1000;
    document.querySelectorAll("[data-since]").forEach(function (one) {
      one.textContent = inWords(Number(one.dataset.since) + passed);
    });
    document.querySelectorAll("[data-left]").forEach(function (one) {
      var left = Number(one.dataset.left) - passed;
      one.textContent = left > 0 ? inWords(left) : "no time";
    });
  }

  // -- what is clicked --------------------------------------------------------------------------

  function copy(button) {
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      var before = button.textContent;
      button.textContent = "Copied";
      setTimeout(function () { button.textContent = before; }, 1500);
    }, function () { button.textContent = "Could not copy"; });
  }
  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-theme-switch], [data-copy], [data-live-switch]");
    if (!target) return;
    if ("themeSwitch" in target.dataset) switchTheme();
    else if ("copy" in target.dataset) copy(target);
    else setLive(!live);
  });
  document.addEventListener("submit", function (event) {
    var asked = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (asked && !confirm(asked)) event.preventDefault();
  });

  // -- the page fetches itself ------------------------------------------------------------------

  var EVERY = 5000;
  var live = true;
  function setLive(on) {
    live = on;
    document.querySelectorAll("[data-live-switch]").forEach(show);
    if (on) refresh();
  }
  function show(one) {
    one.setAttribute("aria-pressed", String(live));
    one.textContent = live ? "Live" : "Paused";
    one.classList.toggle("tone-ok", live);
    one.classList.remove("tone-warn");
    one.classList.toggle("tone-idle", !live);
    one.classList.toggle("alive", live);
  }
  function regions(page) {
    return Array.from(page.querySelectorAll("[data-live]"));
  }
  function busy() {
    var open = document.activeElement;
    return document.hidden || String(getSelection()) !== "" ||
      regions(document).some(function (one) { return open !== document.body && one.contains(open); });
  }
  function refresh() {
    var watched = document.querySelector("[data-version]");
    if (!live || document.hidden || !(watched || regions(document).length)) return;
    fetch(location.href, { credentials: "same-origin", cache: "no-store" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(new Error(answer.status)); })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html");
        if (watched) notice(watched, fresh.querySelector("[data-version]"));
        else if (live && !busy()) exchange(fresh);
      })
      .catch(stale);
  }
  function notice(watched, fresh) {
    // A page with a question on it is never exchanged under the reader's hands.
    if (fresh && fresh.dataset.version === watched.dataset.version) return;
    document.querySelectorAll("[data-moved]").forEach(function (one) { one.hidden = false; });
  }
  function exchange(fresh) {
    var now = regions(document), next = regions(fresh);
    if (now.length !== next.length) return location.reload(); // it has ended, or a question came up
    var unfolded = now.map(function (one) {
      return Array.from(one.querySelectorAll("details")).map(function (fold) { return fold.open; });
    });
    drawnAt = Date.now();
    document.title = fresh.title;
    now.forEach(function (one, place) {
      var folds = next[place].querySelectorAll("details");
      unfolded[place].forEach(function (open, fold) { if (folds[fold]) folds[fold].open = open; });
      one.replaceWith(document.adoptNode(next[place]));
    });
    document.querySelectorAll("[data-live-switch]").forEach(show);
    tick();
  }
  function stale() {
    document.querySelectorAll("[data-live-switch]").forEach(function (one) {
      one.textContent = "No answer, trying again";
      one.classList.replace("tone-ok", "tone-warn");
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-live-switch]").forEach(show);
    setInterval(tick, 1000);
    if (document.querySelector("[data-live], [data-version]")) setInterval(refresh, EVERY);
  });
})();
