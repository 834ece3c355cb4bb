// Sorts and filters tables, opens what is folded before it is printed. Without it the page says the same.
"use strict";
for (const table of document.querySelectorAll("table.sort")) {
  const [head, ...body] = table.rows;
  if (!head || body.length < 3) continue;
  const groups = table.tBodies.length > 1 ? [...table.tBodies].filter((group) => !group.contains(head)) : null;
  const items = groups || body;
  const row = (item) => item.rows ? item.rows[0] : item;
  const value = (item, place) => {
    const cell = row(item).cells[place];
    if (!cell) return "";
    return cell.dataset.v ?? cell.textContent.trim();
  };
  const number = (text) => {
    const found = text.replace(/,/g, "").replace("\u2212", "-").match(/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
    return found ? Number(found[0]) : null;
  };
  [...head.cells].forEach((cell, place) => {
    const text = cell.textContent.trim();
    if (!text) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "descending";
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "ascending" : "descending");
      const known = items.map((item) => [item, value(item, place)]);
      const filled = known.filter(([, text]) => text !== "" && text !== "\u2013");
      const numeric = filled.length > 0 && filled.every(([, text]) => number(text) !== null);
      filled.sort(([, a], [, b]) => numeric ? number(a) - number(b) : a.localeCompare(b, "en", { numeric: true }));
      if (!down) filled.reverse();
      const rest = known.filter(([, text]) => text === "" || text === "\u2013");
      const parent = items[0].parentNode;
      for (const [item] of [...filled, ...rest]) parent.append(item);
    });
  });
  if (items.length < 12) continue;
  const box = document.createElement("p");
  const field = document.createElement("input");
  const count = document.createElement("span");
  field.type = "search";
  field.placeholder = "Filter rows";
  field.setAttribute("aria-label", `Filter rows of ${table.getAttribute("aria-label") || "the table"}`);
  count.setAttribute("role", "status");
  box.className = "filter";
  box.append(field, count);
  const region = table.closest(".scroll") || table;
  region.before(box);
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase();
    let shown = 0;
    for (const item of items) {
      item.hidden = !item.textContent.toLowerCase().includes(wanted);
      shown += item.hidden ? 0 : 1;
    }
    count.textContent = wanted ? `${shown} of ${items.length}` : "";
  });
}
const unfold = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target && target.parentElement; part; part = part.parentElement) {
    if (part.tagName === "DETAILS") part.open = true;
  }
  if (target && target.tagName === "TR") target.scrollIntoView({ block: "center" });
};
addEventListener("hashchange", unfold);
unfold();
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
