import { assertEquals } from "@std/assert";
import { reportText } from "../../launcher/doctor.ts";

Deno.test("reportText() puts each remedy below its problem, and lines up what belongs together", () => {
  assertEquals(
    reportText([
      { kind: "heading", text: "What this is" },
      { kind: "fact", name: "MediaParser", value: "1.2.0" },
      { kind: "fact", name: "folder", value: "C:\\MediaParser" },
      { kind: "heading", text: "Checks" },
      { kind: "well", text: "Python 3.12.10 answers." },
      {
        kind: "problem",
        severity: "warning",
        happened: "Port 5000 is held by Skype (process 4).",
        remedy: "A start takes the next free port.",
      },
      {
        kind: "problem",
        severity: "error",
        happened: "The database is damaged.",
        remedy: "Put a copy back.",
      },
    ]).split("\n"),
    [
      "What this is",
      "  MediaParser          1.2.0",
      "  folder               C:\\MediaParser",
      "",
      "Checks",
      "  [ok]      Python 3.12.10 answers.",
      "  [warning] Port 5000 is held by Skype (process 4).",
      "            A start takes the next free port.",
      "  [error]   The database is damaged.",
      "            Put a copy back.",
    ],
  );
});
