/** Importing packages that may be missing. */

/** @throws Error `… is not installed` where the package itself is missing; what it throws otherwise. */
export async function importOptional(name: string): Promise<unknown> {
  try {
    return (await import(/* @vite-ignore */ name)) as unknown;
  } catch (error) {
    throw isMissing(error, name) ? new Error(`${name} is not installed`, { cause: error }) : error;
  }
}

/** Whether the package is there, be it broken. */
export async function isInstalled(name: string): Promise<boolean> {
  return import(/* @vite-ignore */ name).then(
    () => true,
    (error: unknown) => !isMissing(error, name),
  );
}

/** The package itself is missing, rather than something that it needs. In the words of Node and of Vite. */
function isMissing(error: unknown, name: string): boolean {
  const missing = new RegExp(`(Cannot find (package|module)|Could not resolve) ['"]${name}['"]`);
  return error instanceof Error && missing.test(error.message);
}
