import { assertEquals } from "@std/assert";
import { readWheelMetadata } from "../../build/wheel_metadata.ts";

const head = (...lines: string[]): string =>
  ["Metadata-Version: 2.1", "Name: Some.Pkg", "Version: 1.2", ...lines].join(
    "\n",
  );

Deno.test("readWheelMetadata() takes the SPDX expression before everything else", () => {
  const text = head(
    "License: something",
    "License-Expression: MIT AND Python-2.0",
    "Classifier: License :: OSI Approved :: BSD License",
    "",
    "License-Expression: no",
  );
  assertEquals(readWheelMetadata(text), {
    name: "Some.Pkg",
    version: "1.2",
    licence: "MIT AND Python-2.0",
  });
});

Deno.test("readWheelMetadata() understands the older fields", () => {
  for (
    const [lines, licence] of [
      [["License: MIT"], "MIT"],
      [["License: 2-clause BSD License"], "BSD-2-Clause"],
      [[
        "License: GPLv3+/BSD",
        "Classifier: License :: OSI Approved :: BSD License",
      ], "GPL-3.0-or-later OR BSD-3-Clause"],
      [["Classifier: License :: OSI Approved :: MIT License"], "MIT"],
      [
        ["Classifier: License :: OSI Approved :: Apache Software License"],
        "Apache-2.0",
      ],
      [
        ["License: Copyright (c) 2001", "        All rights reserved."],
        "LicenseRef-Some.Pkg",
      ],
      [[], "LicenseRef-Some.Pkg"],
    ] as const
  ) {
    assertEquals(
      readWheelMetadata(head(...lines)).licence,
      licence,
      lines.join(),
    );
  }
});

Deno.test("readWheelMetadata() tells the two BSD licences apart by their text", () => {
  const text = head("Classifier: License :: OSI Approved :: BSD License");
  assertEquals(
    readWheelMetadata(text, "3. Neither the name of the copyright holder nor")
      .licence,
    "BSD-3-Clause",
  );
  assertEquals(
    readWheelMetadata(text, "Redistribution and use").licence,
    "BSD-2-Clause",
  );
  assertEquals(readWheelMetadata(text).licence, "LicenseRef-Some.Pkg");
});

Deno.test("readWheelMetadata() finds the project's page, also with Windows' line ends", () => {
  assertEquals(
    readWheelMetadata(
      head("Home-page: https://a.example/").replaceAll("\n", "\r\n"),
    ).homepage,
    "https://a.example/",
  );
  assertEquals(
    readWheelMetadata(
      head(
        "Project-URL: Changes, https://b.example",
        "Project-URL: Source, https://c.example",
      ),
    ).homepage,
    "https://c.example",
  );
});
