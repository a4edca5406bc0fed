// Filters index and items by the words in the search box. `/` goes to the box, Escape empties it.
const box = document.getElementById("search");
const none = document.getElementById("none");
const groups = [...document.querySelectorAll("[data-group]")];
const index = [...document.querySelectorAll("nav details")];
const entries = [...document.querySelectorAll("nav li")].map((item) => {
  const article = document.getElementById(item.firstChild.hash.slice(1));
  const doc = article.querySelector(".doc") || article;
  const text = article.querySelector("h3").textContent + " " + doc.textContent;
  return { item, article, text: text.toLowerCase() };
});
const narrow = matchMedia("(max-width: 50rem)").matches;
for (const d of index) d.open = !narrow;
function filter() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const e of entries) {
    const hidden = !words.every((w) => e.text.includes(w));
    e.item.hidden = hidden;
    e.article.hidden = hidden;
  }
  for (const g of groups) {
    g.hidden = !g.querySelector("li:not([hidden]), article:not([hidden])");
  }
  for (const d of index) d.open = !narrow || words.length > 0;
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
// A link leads to what the search hides, too.
addEventListener("hashchange", () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target && target.hidden) {
    box.value = "";
    filter();
    target.scrollIntoView();
  }
});
if (box.value) filter();
