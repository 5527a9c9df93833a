import { assertEquals } from "@std/assert";
import { redact } from "../../launcher/redact.ts";

const facts = {
  homes: ["C:\\Users\\Anna Müller", "/home/anna"],
  names: ["anna", "PC"],
  secrets: ["0123456789abcdef"],
};

const cases: [string, string][] = [
  ["SECRET_KEY=0123456789abcdef", "SECRET_KEY=<secret>"],
  ["the key 0123456789abcdef was used", "the key <secret> was used"],
  ["SECRET_KEY = something-else", "SECRET_KEY = <secret>"],
  ["api_token: xyz", "api_token: <secret>"],
  ["C:\\Users\\Anna Müller\\MediaParser", "<home>\\MediaParser"],
  ["c:/users/anna müller/MediaParser", "<home>/MediaParser"],
  ["'C:\\\\Users\\\\Anna Müller\\\\x'", "'<home>\\\\x'"],
  ['File "/home/anna/app.py"', 'File "<home>/app.py"'],
  ["file:///C:/Users/Anna%20M%C3%BCller/x", "file:///<home>/x"],
  ["/home/annabel/x", "/home/annabel/x"],
  ["user Anna logged in, banana stays", "user <name> logged in, banana stays"],
  ["on PC", "on PC"],
];

for (const [text, expected] of cases) {
  Deno.test(`redact() makes '${expected}' of '${text}'`, () => {
    assertEquals(redact(text, facts), expected);
  });
}
