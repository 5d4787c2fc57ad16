/** Errors that a command ends with: their message is for people, and no stack is printed. */

export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command line was written wrongly. */
export class UsageError extends CliError {
  constructor(message: string, command: string) {
    super(`${message}\nRun \`npx hpa-kit ${command && `${command} `}--help\` for the usage.`, 2);
  }
}
