/** A failure that names what was wrong and what to do about it; `code` is stable and made for programs. */
export class SluiceError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  /**
   * @param code PascalCase and literal, for example `PortInUse`.
   * @param message `<path> must <expectation>, got <value>`: lowercase, without a final period.
   */
  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SluiceError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** Tells a {@link SluiceError} from any other error, also across copies of this module. */
export const isSluiceError = (error: unknown): error is SluiceError =>
  error instanceof Error && error.name === "SluiceError" && "code" in error;
