/** Declarations of `@std/toml/parse`. */
export function parse(tomlString: string): Record<string, unknown>;
