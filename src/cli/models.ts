/** `hpa-kit models`: what `buildModel` can build, and what images each model expects. */
import { listModels } from '../models/index';
import { readOptions } from './arguments';

const HELP = `Lists the models that buildModel knows: the size of their images, their weights with 28
classes, and how pixels become inputs, (pixel · scale − mean) / std.

Usage: npx hpa-kit models [options]

Options:
  --json          print all that the registry holds as JSON
  --help          print this
`;

export function models(args: string[]): Promise<number> {
  const { json, help } = readOptions('models', args, {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  const list = () => (json ? `${JSON.stringify(listModels(), null, 2)}\n` : table());
  process.stdout.write(help ? HELP : list());
  return Promise.resolve(0);
}

function table(): string {
  const rows = listModels().map(({ name, defaultInputShape, expects, weights }) => [
    name,
    defaultInputShape.join('×'),
    weights.total.toLocaleString('en'),
    expects.channels.join(', '),
    `1/${+(1 / expects.scale).toFixed(3)}`,
    listed(expects.mean),
    listed(expects.std),
  ]);
  const all = [['model', 'images', 'weights', 'channels', 'scale', 'mean', 'std'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i === 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** The numbers of the channels; one where all are the same. */
function listed(numbers: readonly number[]): string {
  return numbers.every((number) => number === numbers[0]) ? String(numbers[0]) : numbers.join(', ');
}
