/**
 * Says what stands in the way of releasing what is here: a changelog that does not tell of it, or a version that
 * promises more than the exported names keep. usage: npm run release:check
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Release {
  /** Such as `1.2.3`. */
  version: string;
  changelog: string;
  /** The snapshot of exported names, of `test/package`. */
  exported: string;
}

const NUMBERED = /^## \[?(\d+\.\d+\.\d+)\]? - \d{4}-\d{2}-\d{2}$/;

/** What is wrong with releasing `next`, in words; `last` is the release before it, if there was one. */
export function releaseProblems(next: Release, last?: Release): string[] {
  const problems: string[] = [];
  const [heading = 'nothing'] = next.changelog.match(/^## .*$/m) ?? [];
  if (NUMBERED.exec(heading)?.[1] !== next.version)
    problems.push(
      `The changelog must begin with "## ${next.version} - <year>-<month>-<day>". It begins with "${heading}"`,
    );
  if (!last) return problems;

  const [before, after] = [namesIn(last.exported), namesIn(next.exported)];
  const gone = [...before].filter((name) => !after.has(name));
  const added = [...after].filter((name) => !before.has(name));
  const least = gone.length > 0 ? 'breaking' : added.length > 0 ? 'minor' : 'patch';
  const changes = [...gone.map((name) => `- ${name}`), ...added.map((name) => `+ ${name}`)];
  if (!rises(last.version, next.version, least))
    problems.push(
      [`${next.version} does not follow ${last.version} as a ${least} release must:`, ...changes].join(' '),
    );
  return problems;
}

/** Each exported name with its entry, such as `hpa-kit/node openFolder`. */
function namesIn(snapshot: string): Set<string> {
  const entries = snapshot.matchAll(/^exports\[`.* of (\S+) .*`\] = `\n\[\n([^\]]*)\]/gm);
  return new Set(
    Array.from(entries).flatMap(([, entry, names]) =>
      Array.from(names!.matchAll(/"(.+)"/g), ([, name]) => `${entry!} ${name!}`),
    ),
  );
}

/** Before 1.0.0 a breaking release raises the second number. */
function rises(last: string, next: string, least: 'breaking' | 'minor' | 'patch'): boolean {
  const [from, to] = [last, next].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const raised = from.findIndex((part, i) => part !== to[i]);
  if (raised < 0 || to[raised]! < from[raised]! || to.slice(raised + 1).some((part) => part > 0))
    return false;
  const highest = least === 'patch' ? 2 : least === 'minor' || from[0] === 0 ? 1 : 0;
  return raised <= highest;
}

function main(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const files = ['package.json', 'CHANGELOG.md', 'test/package/__snapshots__/exports.test.ts.snap'];
  const release = (read: (file: string) => string): Release => {
    const [manifest, changelog, exported] = files.map(read) as [string, string, string];
    return { version: (JSON.parse(manifest) as { version: string }).version, changelog, exported };
  };
  const tag = git('tag', '--list', 'v*', '--sort=-version:refname').split('\n')[0];
  const problems = releaseProblems(
    release((file) => readFileSync(`${root}/${file}`, 'utf8')),
    tag ? release((file) => git('show', `${tag}:${file}`)) : undefined,
  );
  if (git('status', '--porcelain')) problems.push('There are changes that are not committed');
  for (const problem of problems) console.error(problem);
  if (problems.length === 0)
    console.log(tag ? `Nothing stands in the way since ${tag}.` : 'Nothing stands in the way.');
  process.exitCode = problems.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
