import { assertEquals } from "@std/assert";
import { summarizeJunit, summaryLine } from "../../scripts/test_summary.ts";

const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="3" failures="1" errors="0">
  <testsuite name="./a_test.ts" tests="3">
    <testcase name="one &gt; two" classname="./a_test.ts" time="0.001">
    </testcase>
    <testcase name="three" classname="./a_test.ts" time="0.001"/>
    <testcase name="four" classname="./a_test.ts" time="0.001">
      <failure message="no">x &lt;testcase&gt;</failure>
    </testcase>
    <testcase name="five (skipped: no &quot;Wine&quot;)" classname="./a_test.ts" time="0.0">
      <skipped/>
    </testcase>
  </testsuite>
</testsuites>`;

Deno.test("summarizeJunit() counts passed, failed and skipped tests", () => {
  const summary = summarizeJunit(report);
  assertEquals(summary, {
    passed: 2,
    failed: 1,
    skipped: ['five (skipped: no "Wine")'],
  });
  assertEquals(summaryLine(summary), "2 passed, 1 failed, 1 skipped");
});
