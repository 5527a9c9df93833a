import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../launcher/user_error.ts";
import { memoryEntry } from "../../build/content.ts";
import { writeFolder } from "../../build/folder.ts";
import { Workspace } from "../../build/workspace.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

Deno.test("writeFolder() replaces an earlier bundle as a whole", () => {
  using folder = new TemporaryFolder();
  const path = folder.at("out", "Bundle");
  {
    using workspace = Workspace.open(folder.at("out"));
    writeFolder(path, [memoryEntry("old.txt", "app", "1")], workspace);
  }
  {
    using workspace = Workspace.open(folder.at("out"));
    writeFolder(path, [memoryEntry("a/new.txt", "app", "2")], workspace);
  }
  assertEquals(folder.names("out"), ["Bundle"]);
  assertEquals(folder.names("out/Bundle/MediaParser"), ["a"]);
});

Deno.test("writeFolder() touches no bundle that somebody used", () => {
  using folder = new TemporaryFolder();
  folder.write("out/Bundle/MediaParser/instance/mediaparser.db", "photos");
  using workspace = Workspace.open(folder.at("out"));
  assertThrows(
    () => writeFolder(folder.at("out", "Bundle"), [], workspace),
    UserError,
    "it holds data in 'instance'",
  );
  assertEquals(folder.names("out/Bundle/MediaParser/instance"), [
    "mediaparser.db",
  ]);
});
