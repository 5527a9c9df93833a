/**
 * A page that shows what takes the space in a bundle, in the zip and on disk,
 * compared with an earlier bundle where there is one.
 *
 * @module
 */
import { comparePaths } from "./bundle.ts";

/** One file's sizes, in bytes. */
export interface FileSize {
  /** Path in the zip. */
  path: string;
  /** Unpacked. */
  disk: number;
  /** Packed, as it lies in the zip. */
  zip: number;
}

/** What the page is made from. */
export interface SizeReport {
  /** Name of the bundle. */
  title: string;
  files: readonly FileSize[];
  /** An earlier bundle. */
  previous?: { title: string; files: readonly FileSize[] };
}

/** One file of both bundles: path, disk and zip now, disk and zip before; 0 where it is not there. */
export type SizeRow = [
  path: string,
  disk: number,
  zip: number,
  diskBefore: number,
  zipBefore: number,
];

/**
 * Brings the files of two bundles together.
 *
 * @returns Sorted by path.
 */
export function sizeRows(report: SizeReport): SizeRow[] {
  const rows = new Map<string, SizeRow>();
  for (const { path, disk, zip } of report.files) {
    rows.set(path, [path, disk, zip, 0, 0]);
  }
  for (const { path, disk, zip } of report.previous?.files ?? []) {
    const row = rows.get(path) ?? [path, 0, 0, 0, 0];
    rows.set(path, [path, row[1], row[2], disk, zip]);
  }
  return [...rows.values()].sort(([a], [b]) => comparePaths(a, b));
}

/** Text for HTML's own places. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    '"',
    "&quot;",
  );
}

const style = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 0; padding: 12px 16px; }
h1 { font-size: 18px; margin: 0; }
header { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: baseline; }
nav a { margin-right: 4px; padding: 2px 10px; border: 1px solid; border-radius: 4px; text-decoration: none; color: inherit; }
nav a[aria-pressed="true"] { background: CanvasText; color: Canvas; }
#trail { margin: 8px 0; overflow-wrap: anywhere; }
#map { position: relative; height: 65vh; overflow: hidden; border: 1px solid gray; }
.tile { position: absolute; box-sizing: border-box; overflow: hidden; border: 1px solid Canvas; color: black;
  background: hsl(var(--hue) 60% 78%); font-size: 12px; text-decoration: none; }
.tile.folder { background: hsl(var(--hue) 55% 66%); }
.tile.folder:hover, .tile.folder:focus-visible { outline: 2px solid CanvasText; outline-offset: -2px; }
.tile span { display: block; padding: 0 3px; white-space: nowrap; }
table { border-collapse: collapse; margin-top: 12px; }
th, td { padding: 2px 12px 2px 0; text-align: left; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
`;

/**
 * Makes the page.
 *
 * @param script The text of `size_page.js`.
 * @returns HTML that needs nothing else, from disk or from the network.
 */
export function sizeHtml(report: SizeReport, script: string): string {
  const data = {
    title: report.title,
    previous: report.previous?.title ?? null,
    files: sizeRows(report),
  };
  // "</script>" and "<!--" in a file's name must not end the element.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sizes of ${escapeHtml(report.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>Sizes of ${escapeHtml(report.title)}</h1>
<nav aria-label="Which size"><a id="zip" role="button" href="#zip">in the zip</a><a id="disk" role="button" href="#disk">on disk</a></nav>
<span id="total"></span>
</header>
<div id="trail"></div>
<div id="map"></div>
<table>
<thead><tr><th>Name</th><th class="number">In the zip</th><th class="number">On disk</th><th class="number">Share</th>${
    report.previous
      ? `<th class="number">Since ${escapeHtml(report.previous.title)}</th>`
      : ""
  }</tr></thead>
<tbody id="rows"></tbody>
</table>
<script type="application/json" id="data">${json}</script>
<script>
${script.replaceAll("</script", "<\\/script")}</script>
</body>
</html>
`;
}
