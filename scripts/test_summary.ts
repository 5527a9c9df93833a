/**
 * What a test run came to, read from the JUnit report that `deno test` writes.
 *
 * @module
 */

/** The counts of a run and the names of what did not run. */
export interface TestSummary {
  passed: number;
  failed: number;
  /** Names of the tests that were skipped; each says why. */
  skipped: string[];
}

const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, decimal, hex, name) =>
      decimal
        ? String.fromCodePoint(Number(decimal))
        : hex
        ? String.fromCodePoint(parseInt(hex, 16))
        : entities[name] ?? whole,
  );
}

/** Counts the test cases of a JUnit report. */
export function summarizeJunit(xml: string): TestSummary {
  const summary: TestSummary = { passed: 0, failed: 0, skipped: [] };
  const cases = xml.matchAll(
    /<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs,
  );
  for (const [, attributes = "", content = ""] of cases) {
    if (/<(failure|error)\b/.test(content)) summary.failed++;
    else if (/<skipped\b/.test(content)) {
      const name = attributes.match(/\bname="([^"]*)"/)?.[1] ?? "?";
      summary.skipped.push(unescapeXml(name));
    } else summary.passed++;
  }
  return summary;
}

/** The closing line of a run. */
export function summaryLine(summary: TestSummary): string {
  return `${summary.passed} passed, ${summary.failed} failed, ${summary.skipped.length} skipped`;
}
