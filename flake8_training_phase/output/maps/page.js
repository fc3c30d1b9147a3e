"use strict";
// The page can be read without this: it adds arrows, keys and the switch between light and dark.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const shown = (element) => element.getClientRects().length > 0;

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  // The middle of a row's line, or of the call around it that is open to be seen.
  function middle(row, frame) {
    let visible = row;
    while (visible && !shown(visible)) visible = visible.parentElement.closest("details.inside")?.previousElementSibling;
    if (!visible) return null;
    const box = visible.getBoundingClientRect();
    return { y: box.top + Math.min(box.height, 28) / 2 - frame.top, x: box.left - frame.left };
  }

  function drawArrows() {
    document.querySelectorAll(".map").forEach((map) => {
      const canvas = map.querySelector(".arrows");
      const frame = map.getBoundingClientRect();
      canvas.replaceChildren();
      const lanes = [];
      map.querySelectorAll("[data-leak]").forEach((cells) => {
        if (!shown(cells)) return;
        const origin = document.getElementById(cells.dataset.leak);
        const from = origin && middle(origin, frame);
        const to = middle(cells.closest(".line"), frame);
        if (!from || !to || from.y === to.y) return;
        let lane = lanes.findIndex((one) => one.origin === origin);
        if (lane < 0) lane = lanes.push({ origin }) - 1;
        const x = 6 + (lane % 3) * 7;
        canvas.append(element("path", { d: `M ${from.x + 30} ${from.y} H ${x} V ${to.y} H ${to.x + 26}` }));
        const tip = to.x + 32;
        canvas.append(element("polygon", { points: `${tip},${to.y} ${tip - 8},${to.y - 5} ${tip - 8},${to.y + 5}` }));
      });
    });
  }

  function move(step, only) {
    const rows = [...document.querySelectorAll(`.line.call${only}`)].filter(shown);
    const here = rows.indexOf(document.activeElement);
    const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  function open(wanted) {
    const inside = document.activeElement?.nextElementSibling;
    if (inside?.matches("details.inside")) inside.open = wanted;
  }

  function choose(number) {
    document.querySelectorAll(".releases").forEach((group) => group.querySelectorAll("input")[number]?.click());
  }

  const keys = {
    ArrowDown: () => move(1, ""), j: () => move(1, ""),
    ArrowUp: () => move(-1, ""), k: () => move(-1, ""),
    ArrowRight: () => open(true), ArrowLeft: () => open(false),
    w: () => move(1, ".has-wrong"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    const act = keys[event.key] ?? (/^[1-9]$/.test(event.key) ? () => choose(Number(event.key) - 1) : null);
    if (act) {
      act();
      event.preventDefault();
    }
  });
  document.addEventListener("toggle", drawArrows, true);
  document.addEventListener("change", drawArrows);
  window.addEventListener("resize", drawArrows);
  document.querySelector("button.theme").addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });
  drawArrows();
})();
