/** Declarations of what this project uses of `@std/cli/parse-args`. */
export interface ParseOptions {
  "--"?: boolean;
  alias?: Record<string, string | string[]>;
  boolean?: boolean | string | readonly string[];
  default?: Record<string, unknown>;
  string?: string | readonly string[];
  collect?: string | readonly string[];
  negatable?: string | readonly string[];
  stopEarly?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
// The real type is computed from the options; plain data is what we use it as.
// deno-lint-ignore no-explicit-any
export type Args = { _: Array<string | number>; [name: string]: any };
export function parseArgs(args: string[], options?: ParseOptions): Args;
