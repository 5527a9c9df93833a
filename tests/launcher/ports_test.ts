import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  choosePort,
  classifyListenError,
  type PortChoice,
  type PortState,
  tryPort,
} from "../../launcher/ports.ts";
import { UserError } from "../../launcher/user_error.ts";

Deno.test("tryPort() tells a port in use from a free one", () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertEquals(tryPort("127.0.0.1", port), "in-use");
  listener.close();
  assertEquals(tryPort("127.0.0.1", port), "free");
});

Deno.test("tryPort() tells an address that is not this computer's", () => {
  assertEquals(tryPort("192.0.2.77", 0), "no-such-address");
});

const errors: [Error, PortState][] = [
  [new Deno.errors.AddrInUse("Only one usage … (os error 10048)"), "in-use"],
  [new Deno.errors.PermissionDenied("… (os error 10013)"), "reserved"],
  [
    new Deno.errors.PermissionDenied("Permission denied (os error 13)"),
    "needs-rights",
  ],
  [new Deno.errors.AddrNotAvailable("…"), "no-such-address"],
  [new Error("failed to lookup address information"), "no-such-address"],
];

for (const [error, state] of errors) {
  Deno.test(`classifyListenError() takes '${error.message}' for ${state}`, () => {
    assertEquals(classifyListenError(error), state);
  });
}

Deno.test("classifyListenError() passes other errors on", () => {
  assertThrows(() => classifyListenError(new TypeError("bug")), TypeError);
});

function choice(
  states: Record<number, PortState>,
  others: Partial<PortChoice> = {},
): PortChoice {
  return {
    host: "127.0.0.1",
    port: 5000,
    given: false,
    tryPort: (_host, port) => states[port] ?? "free",
    owner: () => undefined,
    ...others,
  };
}

Deno.test("choosePort() takes the wanted port where it is free", () => {
  assertEquals(choosePort(choice({})), { port: 5000 });
});

Deno.test("choosePort() goes on to the next free port, and says why", () => {
  const chosen = choosePort(choice(
    { 5000: "in-use", 5001: "reserved" },
    { owner: () => ({ pid: 7, name: "other.exe" }) },
  ));
  assertEquals(chosen.port, 5002);
  assertMatch(chosen.note!, /5000 is in use by other\.exe \(process 7\)/);
});

const refusals: [PortState, RegExp][] = [
  ["in-use", /in use by another program\. Try --port 5001, which is free/],
  ["reserved", /reserved by Windows\. Try --port 5001/],
  ["needs-rights", /only be used by an administrator\. Try --port 5001/],
];

for (const [state, message] of refusals) {
  Deno.test(`choosePort() does not swap a port that was asked for and is ${state}`, () => {
    const error = assertThrows(
      () => choosePort(choice({ 5000: state }, { given: true })),
      UserError,
    );
    assertMatch(error.message, message);
  });
}

Deno.test("choosePort() knows that an exclusively held port looks like a reserved one", () => {
  const error = assertThrows(
    () =>
      choosePort(choice({ 5000: "reserved" }, {
        given: true,
        owner: () => ({ pid: 7 }),
      })),
    UserError,
  );
  assertMatch(error.message, /in use by another program \(process 7\)/);
});

Deno.test("choosePort() gives up at the last port there is", () => {
  assertThrows(
    () => choosePort(choice({ 65535: "in-use" }, { port: 65535 })),
    UserError,
    "Choose another one",
  );
});
