/** Declarations of what this project uses of `@std/path/posix`. */
export * from "../mod.d.ts";
