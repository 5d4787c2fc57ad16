/** Counts the bytes of all typed arrays and buffers that code asks for, whether or not they are freed again. */

const NAMES = ['ArrayBuffer', 'Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'] as const; // prettier-ignore
interface Constructor {
  new (...args: unknown[]): { readonly byteLength: number };
  readonly prototype: { constructor: unknown };
}
type Globals = Record<(typeof NAMES)[number], Constructor>;

/**
 * Runs `work` with the constructors of typed arrays replaced by ones that count. Views of memory that is there
 * already cost nothing. What Node itself takes, as for zlib, isn't seen. The time is the processor's, as others may
 * use the machine.
 */
export async function meterAllocations(
  work: () => Promise<void>,
): Promise<{ bytes: number; milliseconds: number }> {
  const globals = globalThis as unknown as Globals;
  let bytes = 0;
  const originals = NAMES.map((name) => globals[name]);
  for (const [i, name] of NAMES.entries()) {
    const Original = originals[i]!;
    const Counting: Constructor = new Proxy(Original, {
      construct(target, args: unknown[], newTarget) {
        // Made by the original, arrays keep their hidden class, and loops over them their speed.
        const made =
          newTarget === Counting
            ? new target(...args)
            : (Reflect.construct(target, args, newTarget) as InstanceType<Constructor>);
        const isView =
          name !== 'ArrayBuffer' && Object.prototype.toString.call(args[0]) === '[object ArrayBuffer]';
        if (!isView) bytes += made.byteLength;
        return made;
      },
    });
    globals[name] = Counting;
    // So that slice() and the like, which ask for the constructor, are counted too.
    Original.prototype.constructor = Counting;
  }
  const start = process.cpuUsage();
  try {
    await work();
    const { user, system } = process.cpuUsage(start);
    return { bytes, milliseconds: (user + system) / 1000 };
  } finally {
    for (const [i, name] of NAMES.entries()) {
      globals[name] = originals[i]!;
      originals[i]!.prototype.constructor = originals[i];
    }
  }
}
