/** Declarations of what this project uses of `@std/path/windows`. */
export * from "../mod.d.ts";
