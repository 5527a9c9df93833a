/** Stand-in for `@std/fs`: what this project uses of it. */
export * from "./copy.ts";
export * from "./ensure_dir.ts";
export * from "./exists.ts";
export * from "./move.ts";
export * from "./walk.ts";
