/**
 * The one error class callers tell apart: something the user can mend.
 *
 * @module
 */

/** What a {@linkcode UserError} may carry beside its message. */
export interface UserErrorOptions extends ErrorOptions {
  /** The process exit code. @default {1} */
  exitCode?: number;
}

/**
 * An expected failure. Its message is one sentence of what happened and one of
 * what to do; it is printed without a stack. Any other error is a bug.
 */
export class UserError extends Error {
  /** The process exit code. */
  readonly exitCode: number;

  /**
   * @param happened What happened, as a sentence with its full stop.
   * @param remedy What to do about it, as a sentence with its full stop.
   * @param options The exit code and the cause.
   */
  constructor(
    readonly happened: string,
    readonly remedy: string,
    options: UserErrorOptions = {},
  ) {
    super(`${happened} ${remedy}`, options);
    this.name = "UserError";
    this.exitCode = options.exitCode ?? 1;
  }
}
