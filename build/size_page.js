// The program of dist/size.html; build/size_report.ts puts it into the page.
// It draws one folder at a time as a squarified treemap (Bruls, Huizing, van
// Wijk: "Squarified Treemaps"), with a table of the same numbers below. What is
// shown stands in the address, after '#', so that a view can be linked to.

/**
 * @typedef {object} Node
 * @property {string} name
 * @property {string} path
 * @property {Map<string, Node>} children empty for a file
 * @property {[disk: number, zip: number]} now
 * @property {[disk: number, zip: number]} before
 */

/**
 * @typedef {object} Rectangle
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

/** @type {{ title: string, previous: string | null, files: [string, number, number, number, number][] }} */
const data = JSON.parse(element("data").textContent ?? "");

/** @type {Node} */
const root = {
  name: data.title,
  path: "",
  children: new Map(),
  now: [0, 0],
  before: [0, 0],
};

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element '${id}'`);
  return found;
}

/** Adds every file to its folders. */
function buildTree() {
  for (const [path, disk, zip, diskBefore, zipBefore] of data.files) {
    let node = root;
    const parts = path.split("/");
    for (let depth = 0; depth <= parts.length; depth++) {
      node.now[0] += disk;
      node.now[1] += zip;
      node.before[0] += diskBefore;
      node.before[1] += zipBefore;
      if (depth === parts.length) break;
      let child = node.children.get(parts[depth]);
      if (!child) {
        child = {
          name: parts[depth],
          path: parts.slice(0, depth + 1).join("/"),
          children: new Map(),
          now: [0, 0],
          before: [0, 0],
        };
        node.children.set(parts[depth], child);
      }
      node = child;
    }
  }
}

/**
 * Divides a rectangle among values, largest first, into pieces near to squares.
 *
 * @param {number[]} values sorted, largest first; all above 0
 * @param {Rectangle} within
 * @returns {Rectangle[]}
 */
function squarify(values, within) {
  const scale = within.width * within.height /
    values.reduce((sum, value) => sum + value, 0);
  /** @type {Rectangle[]} */
  const result = [];
  let { x, y, width, height } = within;
  for (let start = 0; start < values.length;) {
    const side = Math.min(width, height);
    let area = 0;
    let worst = Infinity;
    let end = start;
    while (end < values.length) {
      const next = area + values[end] * scale;
      const longest = Math.max(
        side * side * values[start] * scale / (next * next),
        next * next / (side * side * values[end] * scale),
      );
      if (longest > worst) break;
      worst = longest;
      area = next;
      end++;
    }
    const thickness = side === 0 ? 0 : area / side;
    let along = 0;
    for (; start < end; start++) {
      const length = thickness === 0 ? 0 : values[start] * scale / thickness;
      result.push(
        width >= height
          ? { x, y: y + along, width: thickness, height: length }
          : { x: x + along, y, width: length, height: thickness },
      );
      along += length;
    }
    if (width >= height) {
      x += thickness;
      width -= thickness;
    } else {
      y += thickness;
      height -= thickness;
    }
  }
  return result;
}

/** @param {number} bytes */
function formatBytes(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${bytes < 0 ? "−" : ""}${value.toFixed(digits)} ${units[unit]}`;
}

/** @param {number} now @param {number} before */
function formatChange(now, before) {
  if (now === before) return "±0";
  if (before === 0) return `new, +${formatBytes(now)}`;
  if (now === 0) return `gone, ${formatBytes(-before)}`;
  return `${now > before ? "+" : ""}${formatBytes(now - before)}`;
}

/** What the address says: which size, and which folder. */
function view() {
  const [mode, ...path] = decodeURIComponent(location.hash.slice(1)).split("/");
  let node = root;
  for (const part of path) {
    const child = node.children.get(part);
    if (!child || child.children.size === 0) break;
    node = child;
  }
  return { mode: mode === "disk" ? 0 : 1, node };
}

/** @param {number} mode @param {Node} node */
function address(mode, node) {
  return `#${["zip", "disk"][1 - mode]}/${
    node.path.split("/").map(encodeURIComponent).join("/")
  }`;
}

/** @param {Node} node @param {number} mode */
function sortedChildren(node, mode) {
  return [...node.children.values()].sort((a, b) =>
    b.now[mode] - a.now[mode] || b.before[mode] - a.before[mode] ||
    (a.name < b.name ? -1 : 1)
  );
}

/** A hue for a name, always the same one. @param {string} name */
function hue(name) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  return hash;
}

/**
 * Draws the tiles of one folder, and within each the tiles of its own.
 *
 * @param {HTMLElement} parent
 * @param {Node} node
 * @param {number} mode
 * @param {Rectangle} within in pixels, from the parent's edge
 * @param {number} depth
 */
function drawTiles(parent, node, mode, within, depth) {
  const children = sortedChildren(node, mode).filter((child) =>
    child.now[mode] > 0
  );
  if (children.length === 0 || within.width < 4 || within.height < 4) return;
  const places = squarify(children.map((child) => child.now[mode]), within);
  for (const [index, child] of children.entries()) {
    const place = places[index];
    if (place.width < 2 || place.height < 2) continue;
    const isFolder = child.children.size > 0;
    const tile = document.createElement(isFolder ? "a" : "div");
    tile.className = isFolder ? "tile folder" : "tile";
    tile.dataset.path = child.path;
    tile.style.cssText =
      `left:${place.x}px;top:${place.y}px;width:${place.width}px;height:${place.height}px`;
    tile.style.setProperty(
      "--hue",
      String(hue(child.path.split("/").slice(0, 5).join("/"))),
    );
    tile.title = `${child.path}\n${formatBytes(child.now[mode])}` +
      (data.previous
        ? ` (${formatChange(child.now[mode], child.before[mode])})`
        : "");
    if (tile instanceof HTMLAnchorElement) tile.href = address(mode, child);
    if (place.width > 40 && place.height > 16) {
      const label = document.createElement("span");
      label.textContent = `${child.name} ${formatBytes(child.now[mode])}`;
      tile.append(label);
    }
    parent.append(tile);
    if (isFolder && depth > 0 && place.width > 60 && place.height > 40) {
      const inside = {
        x: place.x + 2,
        y: place.y + 18,
        width: place.width - 4,
        height: place.height - 20,
      };
      drawTiles(parent, child, mode, inside, depth - 1);
    }
  }
}

/** @param {string} text @param {string} [kind] */
function cell(text, kind) {
  const made = document.createElement("td");
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** @param {Node} node @param {number} mode */
function drawTable(node, mode) {
  const rows = sortedChildren(node, mode).map((child) => {
    const row = document.createElement("tr");
    const name = cell("");
    if (child.children.size > 0) {
      const link = document.createElement("a");
      link.href = address(mode, child);
      link.textContent = `${child.name}/`;
      name.append(link);
    } else {
      name.textContent = child.name;
    }
    row.append(
      name,
      cell(formatBytes(child.now[1]), "number"),
      cell(formatBytes(child.now[0]), "number"),
    );
    row.append(
      cell(
        `${(100 * child.now[mode] / Math.max(root.now[mode], 1)).toFixed(1)} %`,
        "number",
      ),
    );
    if (data.previous) {
      row.append(
        cell(formatChange(child.now[mode], child.before[mode]), "number"),
      );
    }
    return row;
  });
  element("rows").replaceChildren(...rows);
}

/** @param {Node} node @param {number} mode */
function drawTrail(node, mode) {
  /** @type {HTMLAnchorElement[]} */
  const links = [];
  let at = root;
  const parts = node.path === "" ? [] : node.path.split("/");
  for (const part of ["", ...parts]) {
    at = part === "" ? root : at.children.get(part) ?? at;
    const link = document.createElement("a");
    link.href = address(mode, at);
    link.textContent = at.name;
    links.push(link);
  }
  const trail = element("trail");
  trail.replaceChildren(
    ...links.flatMap((link, index) => index === 0 ? [link] : [" / ", link]),
  );
  element("total").textContent =
    `${formatBytes(node.now[1])} in the zip, ${
      formatBytes(node.now[0])
    } on disk` +
    (data.previous
      ? `; ${
        formatChange(node.now[mode], node.before[mode])
      } since ${data.previous}`
      : "");
}

function draw() {
  const { mode, node } = view();
  const map = element("map");
  map.replaceChildren();
  drawTiles(map, node, mode, {
    x: 0,
    y: 0,
    width: map.clientWidth,
    height: map.clientHeight,
  }, 4);
  drawTrail(node, mode);
  drawTable(node, mode);
  for (const [id, its] of /** @type {const} */ ([["zip", 1], ["disk", 0]])) {
    const toggle = element(id);
    if (toggle instanceof HTMLAnchorElement) toggle.href = address(its, node);
    toggle.setAttribute("aria-pressed", String(mode === its));
  }
}

buildTree();
addEventListener("hashchange", draw);
addEventListener("resize", draw);
draw();
