/**
 * A launcher that tests kill while it works on a database:
 * `database_victim.ts (upgrade | restore | alembic) ROOT [PYTHON]`.
 *
 * It prints `begin` and `end` around the work.
 *
 * @module
 */
import { join } from "@std/path";
import { listBackups, restoreBackup } from "../../launcher/backups.ts";
import { prepareDatabase } from "../../launcher/database.ts";
import { alembicOptions, sqlOptions } from "./database_upgrades.ts";

if (import.meta.main) {
  const [action = "", root = "", python = ""] = Deno.args;
  const instance = join(root, "instance");
  const places = {
    instance,
    database: join(instance, "mediaparser.db"),
    backups: join(instance, "backups"),
  };
  const say = (line: string) =>
    void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  say("begin");
  if (action === "restore") {
    const oldest = (await listBackups(places.backups)).at(-1);
    await restoreBackup(oldest?.name ?? "", {
      places,
      freeSpace: () => undefined,
      say,
    });
  } else {
    const options = action === "alembic"
      ? await alembicOptions(root, python)
      : sqlOptions(places);
    await prepareDatabase({ ...options, say });
  }
  say("end");
}
