import { assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  orderRevisions,
  parseRevision,
  readRevisions,
} from "../../launcher/revisions.ts";
import { UserError } from "../../launcher/user_error.ts";

const script = (id: string, down: string) =>
  [`${id}.py`, `revision = "${id}"\ndown_revision = ${down}\n`] as const;

Deno.test("parseRevision() reads every way Alembic and people write it", () => {
  const cases: [string, string, string[]][] = [
    [`revision = "a1"\ndown_revision = None`, "a1", []],
    [`revision = 'a1'\r\ndown_revision = 'b2'\r\n`, "a1", ["b2"]],
    [
      `revision: str = "a1"\ndown_revision: Union[str, None] = "b2"`,
      "a1",
      ["b2"],
    ],
    [
      `revision: str = 'a1'\ndown_revision: str | Sequence[str] | None = None`,
      "a1",
      [],
    ],
    [`revision = "a1"  # "no"\ndown_revision = ("b2", 'c3')`, "a1", [
      "b2",
      "c3",
    ]],
    [`revision="a1"\ndown_revision=(\n  "b2", # "x"\n  "c3",\n)\n`, "a1", [
      "b2",
      "c3",
    ]],
    [`revision = "a1"\ndown_revision = ["b2"]\nbranch_labels = "z"`, "a1", [
      "b2",
    ]],
    [
      `"""Text.\n\nrevision = "wrong"\n"""\nrevision = "a1"\ndown_revision = None`,
      "a1",
      [],
    ],
    [
      `def f():\n    revision = "wrong"\n\nrevision = "a1"\ndown_revision = "b2"`,
      "a1",
      ["b2"],
    ],
  ];
  for (const [source, id, parents] of cases) {
    assertEquals(parseRevision(source), { id, parents }, source);
  }
});

Deno.test("parseRevision() passes over a file that is no migration", () => {
  assertEquals(parseRevision(""), undefined);
  assertEquals(parseRevision("import os\nrevision_count = 3\n"), undefined);
});

Deno.test("orderRevisions() puts each revision after those it builds on", () => {
  assertEquals(
    orderRevisions([
      script("m", '("y", "x")'),
      script("x", '"r"'),
      script("r", "None"),
      script("y", '"r"'),
    ]),
    { head: "m", revisions: ["r", "x", "y", "m"] },
  );
});

Deno.test("orderRevisions() refuses what is not one history, and says why", () => {
  const refused = (
    scripts: Parameters<typeof orderRevisions>[0],
    reason: string,
  ) => assertThrows(() => orderRevisions(scripts), UserError, reason);
  refused([], "there are none");
  refused(
    [script("a", "None"), script("b", '"a"'), script("c", '"a"')],
    "end in several: b, c",
  );
  refused([script("a", '"z"')], "'a.py' builds on 'z'");
  refused(
    [script("a", "None"), ["b.py", script("a", "None")[1]]],
    "'a.py' and 'b.py' are both 'a'",
  );
  refused([script("a", '"b"'), script("b", '"a"')], "circle");
  refused(
    [script("a", '"b"'), script("b", '"a"'), script("c", '"b"')],
    "circle",
  );
});

Deno.test("readRevisions() reads the sample app's scripts", async () => {
  const app = fromFileUrl(new URL("../sample-app", import.meta.url));
  assertEquals(await readRevisions(app), {
    head: "b83e5f0c6d42",
    revisions: ["4c1d7a9be201", "b83e5f0c6d42"],
  });
});
