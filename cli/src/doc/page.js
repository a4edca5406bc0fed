// Filters index and items by the words in the search box. `/` goes to the box, Escape empties it.
const box = document.getElementById("search");
const entries = [...document.querySelectorAll("[data-words]")];
const groups = [...document.querySelectorAll("[data-group]")];
const none = document.getElementById("none");
function filter() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const e of entries) {
    const text = e.dataset.words;
    e.hidden = !words.every((w) => text.includes(w));
  }
  for (const g of groups) {
    g.hidden = !g.querySelector("[data-words]:not([hidden])");
  }
  none.hidden = groups.some((g) => !g.hidden);
}
box.addEventListener("input", filter);
document.addEventListener("keydown", (e) => {
  if (e.key === "/" && document.activeElement !== box) {
    e.preventDefault();
    box.focus();
  } else if (e.key === "Escape" && box.value) {
    box.value = "";
    filter();
  }
});
