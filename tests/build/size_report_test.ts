import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import {
  sizeHtml,
  type SizeReport,
  sizeRows,
} from "../../build/size_report.ts";

const report: SizeReport = {
  title: "New <b>",
  files: [
    { path: "tools/ffmpeg/ffmpeg.exe", disk: 90_000_000, zip: 30_000_000 },
    { path: "tools/python/python.exe", disk: 1_000_000, zip: 900_000 },
    { path: "run.py", disk: 2_000, zip: 500 },
    { path: "empty/__init__.py", disk: 0, zip: 0 },
    { path: "odd/</script><!--.txt", disk: 700_000, zip: 600_000 },
  ],
  previous: {
    title: "Old",
    files: [
      { path: "tools/ffmpeg/ffmpeg.exe", disk: 80_000_000, zip: 29_000_000 },
      { path: "run.py", disk: 2_000, zip: 500 },
      { path: "gone.dll", disk: 5_000_000, zip: 4_000_000 },
    ],
  },
};

const script = await Deno.readTextFile(
  new URL("../../build/size_page.js", import.meta.url),
);

Deno.test("sizeRows() brings two bundles together, with 0 for what one of them lacks", () => {
  assertEquals(sizeRows(report), [
    ["empty/__init__.py", 0, 0, 0, 0],
    ["gone.dll", 0, 0, 5_000_000, 4_000_000],
    ["odd/</script><!--.txt", 700_000, 600_000, 0, 0],
    ["run.py", 2_000, 500, 2_000, 500],
    ["tools/ffmpeg/ffmpeg.exe", 90_000_000, 30_000_000, 80_000_000, 29_000_000],
    ["tools/python/python.exe", 1_000_000, 900_000, 0, 0],
  ]);
});

Deno.test("sizeHtml() makes a page that loads nothing from elsewhere", () => {
  const html = sizeHtml(report, script);
  assertEquals(html.match(/(?:src|href)="(?!#)/g), null);
  assertStringIncludes(html, "default-src 'none'");
  assertEquals(html.split("</script>").length, 3);
  assert(!html.includes("New <b>"));
});

/** Chromium's program, where there is one. */
async function findChromium(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      const { success } = await new Deno.Command(name, {
        args: ["--version"],
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

const chromium = await findChromium();

/** Opens a page in Chromium, lets `act` run in it, and gives the document it ends with. */
async function render(
  made: SizeReport,
  hash: string,
  act = "",
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "size" });
  try {
    const page = join(folder, "size.html");
    const html = sizeHtml(made, script);
    await Deno.writeTextFile(
      page,
      html.replace("</body>", () => `<script>${act}</script></body>`),
    );
    const { stdout, success } = await new Deno.Command(chromium!, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1200,900",
        "--virtual-time-budget=5000",
        `--user-data-dir=${join(folder, "profile")}`,
        "--dump-dom",
        toFileUrl(page).href + hash,
      ],
      stdout: "piped",
      stderr: "null",
    }).output();
    assert(success);
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The text of the element with this id. */
function textOf(dom: string, id: string): string {
  return new RegExp(`id="${id}"[^>]*>(.*?)</(?:span|div|tbody)>`, "s").exec(dom)
    ?.[1]?.replaceAll(/<[^>]+>/g, "|") ?? "";
}

/** The tiles' places, in pixels, by path. */
function tiles(
  dom: string,
): Map<string, { left: number; top: number; width: number; height: number }> {
  const found = new Map<
    string,
    { left: number; top: number; width: number; height: number }
  >();
  for (const [tag] of dom.matchAll(/<(?:a|div) class="tile[^>]*>/g)) {
    const path = /data-path="([^"]*)"/.exec(tag)![1]!;
    const number = (name: string): number =>
      Number(new RegExp(`${name}: ([\\d.e-]+)px`).exec(tag)![1]);
    found.set(path, {
      left: number("left"),
      top: number("top"),
      width: number("width"),
      height: number("height"),
    });
  }
  return found;
}

Deno.test({
  name: chromium
    ? "size.html draws areas in proportion, in a real browser"
    : "size.html draws areas in proportion (skipped: there is no Chromium)",
  ignore: !chromium,
  fn: async () => {
    const dom = await render(report, "#zip/tools");
    assertStringIncludes(
      textOf(dom, "total"),
      "30.9 MB in the zip, 91.0 MB on disk; +1.90 MB since Old",
    );
    const found = tiles(dom);
    const area = (path: string): number =>
      found.get(path)!.width * found.get(path)!.height;
    const ratio = area("tools/ffmpeg") / area("tools/python");
    assert(Math.abs(ratio - 30 / 0.9) < 0.5, `ratio ${ratio}`);
    assertStringIncludes(textOf(dom, "rows"), "ffmpeg/");
    assertStringIncludes(textOf(dom, "rows"), "new, +900 kB");
  },
});

Deno.test({
  name: chromium
    ? "size.html goes into a folder on a click, and to the other size"
    : "size.html goes into a folder on a click (skipped: there is no Chromium)",
  ignore: !chromium,
  fn: async () => {
    const whole = await render(report, "");
    assertStringIncludes(textOf(whole, "rows"), "gone, −4.00 MB");
    assertStringIncludes(textOf(whole, "rows"), "run.py");
    const click = `document.querySelector('[data-path="tools"]').click();
      addEventListener("hashchange", () => document.getElementById("disk").click(), { once: true });`;
    const inside = await render(report, "", click);
    assertStringIncludes(textOf(inside, "total"), "+11.0 MB since Old");
    assert(!textOf(inside, "rows").includes("run.py"));
    assert(
      [...tiles(inside).keys()].every((path) => path.startsWith("tools/")),
    );
    const back = await render(
      report,
      "#zip/tools",
      `document.querySelector("#trail a").click();`,
    );
    assertStringIncludes(textOf(back, "rows"), "run.py");
  },
});

Deno.test({
  name: chromium
    ? "size.html shows names as text, whatever is in them"
    : "size.html shows names as text (skipped: there is no Chromium)",
  ignore: !chromium,
  fn: async () => {
    const { previous: _, ...alone } = report;
    const dom = await render(alone, "#zip/odd");
    assertStringIncludes(dom, "&lt;!--.txt");
    assert(!textOf(dom, "total").includes("since"));
  },
});

Deno.test({
  name: chromium
    ? "size.html fills its area without overlaps"
    : "size.html fills its area (skipped: there is no Chromium)",
  ignore: !chromium,
  fn: async () => {
    const files = Array.from(
      { length: 40 },
      (_, index) => ({
        path: `f${index}`,
        disk: 1 + index * index,
        zip: 1000 + index * 100,
      }),
    );
    const places = [
      ...tiles(await render({ title: "T", files }, "#zip")).values(),
    ];
    assertEquals(places.length, 40);
    const covered = places.reduce(
      (sum, { width, height }) => sum + width * height,
      0,
    );
    const right = Math.max(...places.map(({ left, width }) => left + width));
    const bottom = Math.max(...places.map(({ top, height }) => top + height));
    assert(
      Math.abs(covered / (right * bottom) - 1) < 0.001,
      `covers ${covered / (right * bottom)}`,
    );
    for (const [index, a] of places.entries()) {
      for (const b of places.slice(index + 1)) {
        const apart = a.left + a.width <= b.left + 0.1 ||
          b.left + b.width <= a.left + 0.1 ||
          a.top + a.height <= b.top + 0.1 || b.top + b.height <= a.top + 0.1;
        assert(apart);
      }
    }
  },
});
