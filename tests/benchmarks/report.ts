/**
 * How benchmarks are told: medians, ratios, and a table in docs/BENCHMARKS.md.
 *
 * @module
 */
import { join } from "@std/path";
import { repository } from "../support/installation.ts";

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A Markdown table, its columns padded as `deno fmt` does. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...body.map(line),
  ].join("\n");
}

/** The text with what stands between a section's two marks replaced. */
export function replaceSection(
  text: string,
  section: string,
  content: string,
): string {
  const begin = `<!-- ${section}: begin -->`;
  const end = `<!-- ${section}: end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`docs/BENCHMARKS.md has no section '${section}'.`);
  }
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${
    text.slice(to)
  }`;
}

/** Puts a run's table into docs/BENCHMARKS.md. */
export async function writeSection(
  section: string,
  content: string,
): Promise<void> {
  const path = join(repository, "docs", "BENCHMARKS.md");
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, replaceSection(text, section, content));
}
