/**
 * Databases for tests: real ones, in folders that go away.
 *
 * @module
 */
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import type { DatabasePlaces } from "../../launcher/backups.ts";

/** An `instance/` in a temporary folder. */
export class TestPlaces implements DatabasePlaces, AsyncDisposable {
  readonly root: string = Deno.makeTempDirSync({ prefix: "Ünï 家 & co %X% " });
  readonly instance: string = join(this.root, "instance");
  readonly database: string = join(this.instance, "mediaparser.db");
  readonly backups: string = join(this.instance, "backups");
  /** What the user was told. */
  readonly said: string[] = [];

  constructor() {
    Deno.mkdirSync(this.instance);
  }

  /** Notes what the user is told. */
  readonly say = (line: string): void => void this.said.push(line);

  /** Runs SQL on the database, and closes it. */
  run(sql: string): void {
    execute(this.database, sql);
  }

  /** Makes a database at a revision, in WAL mode as the app's is. */
  make(revision: string, rows = 3): void {
    this.run(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
      INSERT INTO alembic_version VALUES ('${revision}');
      CREATE TABLE photos (id INTEGER PRIMARY KEY, name TEXT);
      WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
        INSERT INTO photos SELECT i, hex(randomblob(40)) FROM n;
    `);
  }

  /** The names of the photos, in order. */
  photos(): string[] {
    return query(this.database, "SELECT name FROM photos ORDER BY id");
  }

  /** The names of the files in `instance/`. */
  files(): string[] {
    return [...Deno.readDirSync(this.instance)].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

/** Runs SQL on a database file, and closes it. */
export function execute(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

/** The first column of a query's answer, as text. */
export function query(path: string, sql: string): string[] {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all().map((row) =>
      String(Object.values(row)[0])
    );
  } finally {
    database.close();
  }
}
