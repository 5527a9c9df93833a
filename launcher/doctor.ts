/**
 * Everything that can be said about this installation, and whether it is well.
 *
 * @module
 */
import type { Console } from "./console.ts";
import {
  appVersion,
  currentLayout,
  readManifest,
  readSettings,
} from "./context.ts";
import { readDotenv } from "./dotenv.ts";
import { gatherFacts, openableExiftool } from "./facts.ts";
import { knownRevisions } from "./database_start.ts";
import type { Command } from "./flags.ts";
import { isLocked, readRecord } from "./instance.ts";
import type { Layout } from "./layout.ts";
import { loadPlatform, type Platform } from "./platform.ts";
import { tryPort } from "./ports.ts";
import { findProblems, type Problem } from "./preflight.ts";
import type { PrivateFacts } from "./redact.ts";
import type { Settings } from "./settings.ts";
import { settings as definitions } from "./settings_table.ts";
import { findDamage, readDatabaseState } from "./sqlite.ts";
import { type ToolVersion, toolVersions } from "./tool_versions.ts";
import { privateVariables, readVariables } from "./variables.ts";

/** One line of the report. */
export type Finding =
  | { kind: "fact"; name: string; value: string }
  | { kind: "heading"; text: string }
  | { kind: "well"; text: string }
  | ({ kind: "problem" } & Problem);

const fact = (name: string, value: string): Finding => ({
  kind: "fact",
  name,
  value,
});
const problem = (
  severity: Problem["severity"],
  happened: string,
  remedy: string,
): Finding => ({ kind: "problem", severity, happened, remedy });

/** The report as text. */
export function reportText(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding): string[] => {
    switch (finding.kind) {
      case "heading":
        return ["", finding.text];
      case "fact":
        return [`  ${finding.name.padEnd(20)} ${finding.value}`];
      case "well":
        return [`  [ok]      ${finding.text}`];
      case "problem":
        return [
          `  [${finding.severity}]`.padEnd(12) + finding.happened,
          `            ${finding.remedy}`,
        ];
      default:
        return finding satisfies never;
    }
  });
  return lines.join("\n").trim();
}

/** What the settings are, and who gave each. */
function settingFindings(settings: Settings): Finding[] {
  return definitions.map(({ name }) => {
    const { value, source } = settings[name];
    return fact(name, `${value ?? "the app's own"} (${source})`);
  });
}

function toolFindings(tools: readonly ToolVersion[]): Finding[] {
  return tools.map((tool) =>
    "version" in tool
      ? { kind: "well", text: `${tool.name} ${tool.version} answers.` }
      : problem(
        "error",
        `${tool.name} does not answer: ${tool.problem}.`,
        "Let your virus scanner leave the MediaParser folder alone, or unzip MediaParser again over it.",
      )
  );
}

function databaseFindings(layout: Layout): Finding[] {
  // What is being written cannot be judged from outside.
  if (isLocked(layout)) {
    return [{ kind: "well", text: "The database is in use." }];
  }
  const state = readDatabaseState(layout.database);
  switch (state.kind) {
    case "missing":
      return [{ kind: "well", text: "No database yet; a start makes it." }];
    case "locked":
      return [{ kind: "well", text: "The database is in use." }];
    case "corrupt":
      return [databaseDamage(state.reason)];
    case "untracked":
    case "tracked": {
      const [damage] = findDamage(layout.database);
      if (damage !== undefined) return [databaseDamage(damage)];
      const revision = state.kind === "tracked"
        ? `at revision ${state.revisions.join(", ")}`
        : "without a revision";
      return [{ kind: "well", text: `The database is sound, ${revision}.` }];
    }
    default:
      return state satisfies never;
  }
}

function databaseDamage(reason: string): Finding {
  return problem(
    "error",
    `The database is damaged: ${reason}.`,
    "Put a copy back: the command backups lists them, restore NAME does it.",
  );
}

function runningFindings(
  layout: Layout,
  settings: Settings,
  platform: Platform,
): Finding[] {
  if (isLocked(layout)) {
    const url = readRecord(layout)?.url;
    return [{
      kind: "well",
      text: `MediaParser runs${url === undefined ? "." : `: ${url}`}`,
    }];
  }
  const port = Number(settings.port.value);
  if (tryPort(String(settings.host.value), port) === "free") {
    return [{ kind: "well", text: `Port ${port} is free.` }];
  }
  const owner = platform.portOwner(port);
  const holder = owner === undefined
    ? "another program or Windows itself"
    : `${owner.name ?? "a program"} (process ${owner.pid})`;
  return [problem(
    "warning",
    `Port ${port} is held by ${holder}.`,
    "A start takes the next free port, unless one is asked for with --port.",
  )];
}

/** Examines an installation. */
export async function examine(
  layout: Layout,
  settings: Settings,
  platform: Platform,
): Promise<Finding[]> {
  const manifest = await readManifest(layout);
  const facts = await gatherFacts({
    layout,
    manifest,
    platform,
    host: String(settings.host.value),
    files: "thorough",
  });
  const tools = await toolVersions(layout, openableExiftool(layout, platform));
  const revisions = await knownRevisions(layout, manifest);
  const folder = findProblems(facts).map((found): Finding => ({
    kind: "problem",
    ...found,
  }));
  return [
    { kind: "heading", text: "What this is" },
    fact("MediaParser", await appVersion(layout, manifest)),
    fact("database revision", revisions.head),
    fact("launcher", `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`),
    fact("system", `${Deno.build.os} ${Deno.osRelease()}, ${Deno.build.arch}`),
    fact("folder", layout.root),
    ...(manifest?.components ?? []).map(({ name, version, source }) =>
      fact(name, `${version}, from ${source}`)
    ),
    { kind: "heading", text: "Settings" },
    ...settingFindings(settings),
    { kind: "heading", text: "Checks" },
    ...folder,
    ...(folder.length === 0
      ? [{ kind: "well", text: "The folder and its files." } as const]
      : []),
    ...toolFindings(tools),
    ...databaseFindings(layout),
    ...runningFindings(layout, settings, platform),
  ];
}

/** What must not leave this computer. */
async function privateFacts(layout: Layout): Promise<PrivateFacts> {
  const variables = readVariables(privateVariables);
  const { HOME, USERPROFILE, ...names } = variables;
  const dotenv = await readDotenv(layout.dotenv).catch(() => ({}));
  return {
    homes: [HOME, USERPROFILE].filter((home) => home !== undefined),
    names: Object.values(names),
    secrets: Object.entries(dotenv as Record<string, string>)
      .filter(([name]) => /SECRET|TOKEN|PASSWORD|KEY/i.test(name))
      .map(([, value]) => value),
  };
}

/**
 * Prints what was found; with `--zip` also writes the support bundle.
 *
 * @returns 0 where all is well, 1 where something has to be mended.
 */
export async function doctor(
  command: Extract<Command, { kind: "doctor" }>,
  console: Console,
): Promise<number> {
  const layout = currentLayout(command.app);
  const settings = await readSettings(layout, command.flags);
  const platform = await loadPlatform();
  const findings = await examine(layout, settings, platform);
  const report = reportText(findings);
  for (const line of report.split("\n")) console.say(line);
  if (command.zip) {
    const { writeSupportBundle } = await import("./support_bundle.ts");
    const facts = await privateFacts(layout);
    const path = await writeSupportBundle(layout, report, facts, new Date());
    console.say("");
    console.say(`Support bundle: ${path}`);
  }
  const ill = findings.some((finding) =>
    finding.kind === "problem" && finding.severity === "error"
  );
  return ill ? 1 : 0;
}
