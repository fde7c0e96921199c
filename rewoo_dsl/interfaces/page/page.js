// Makes the page quicker to read; all of it can be read without.
"use strict";
const search = document.getElementById("filter");
const steps = [...document.querySelectorAll(".steps > details")];
const chips = [...document.querySelectorAll("[data-state][aria-pressed]")];
const count = document.getElementById("count");
search.parentElement.hidden = false;

const texts = new Map();
const textOf = (step) => {
  if (!texts.has(step)) texts.set(step, step.textContent.toLowerCase());
  return texts.get(step);
};

function narrow() {
  const wanted = search.value.trim().toLowerCase();
  const states = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.state);
  let shown = 0;
  for (const step of steps) {
    const fits = (!states.length || states.includes(step.dataset.state)) && (!wanted || textOf(step).includes(wanted));
    step.hidden = !fits;
    shown += fits;
  }
  count.textContent = shown === steps.length ? "" : `${shown} of ${steps.length}`;
}

search.addEventListener("input", narrow);
for (const chip of chips) {
  chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
    narrow();
  });
}
const visible = () => steps.filter((step) => !step.hidden);
document.getElementById("open-all").addEventListener("click", () => visible().forEach((step) => { step.open = true; }));
document.getElementById("close-all").addEventListener("click", () => visible().forEach((step) => { step.open = false; }));

// A link to a step opens it, and whatever it lies in.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let one = target; one; one = one.parentElement) {
    if (one instanceof HTMLDetailsElement) one.open = true;
    one.hidden = false;
  }
  target.scrollIntoView();
  if (target instanceof HTMLDetailsElement) target.querySelector("summary").focus({ preventScroll: true });
}
addEventListener("hashchange", reveal);
if (location.hash) reveal();

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && event.target === search) {
    search.value = "";
    narrow();
    search.blur();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.matches?.(".steps > details > summary")) {
    const all = visible();
    const next = all[all.indexOf(event.target.parentElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.firstElementChild.focus();
    }
  }
});
