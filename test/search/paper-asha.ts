/**
 * Algorithm 2 of Li et al. 2020 (https://arxiv.org/abs/1810.05934), line by line and without regard to speed; lower
 * indices first where scores are equal. `null` is the worst score.
 */
export class PaperAsha {
  private readonly rungs: { index: number; score: number | null }[][];
  private readonly promoted: Set<number>[];
  private drawn = 0;

  constructor(
    private readonly resources: readonly number[],
    private readonly eta: number,
    private readonly trials: number,
  ) {
    this.rungs = resources.map(() => []);
    this.promoted = resources.map(() => new Set());
  }

  /** `get_job`: a trial and its resource. */
  getJob(): [index: number, resource: number] | undefined {
    // Check if there is a promotable configuration, from the second highest rung down.
    for (let k = this.resources.length - 2; k >= 0; k--) {
      const candidates = this.topK(k, Math.floor(this.rungs[k]!.length / this.eta));
      const promotable = candidates.filter((index) => !this.promoted[k]!.has(index));
      if (promotable.length > 0) {
        this.promoted[k]!.add(promotable[0]!);
        return [promotable[0]!, this.resources[k + 1]!];
      }
    }
    // If not, grow the bottom rung.
    return this.drawn < this.trials ? [this.drawn++, this.resources[0]!] : undefined;
  }

  done(index: number, resource: number, score: number | null): void {
    this.rungs[this.resources.indexOf(resource)]!.push({ index, score });
  }

  /** The best ones, each of which beats all but fewer than `count` others. */
  private topK(k: number, count: number): number[] {
    const rung = this.rungs[k]!;
    const rankOf = (own: (typeof rung)[number]) =>
      rung.filter(
        ({ index, score }) => (score ?? -1) > (own.score ?? -1) || (score === own.score && index < own.index),
      ).length;
    return rung
      .filter((one) => one.score !== null && rankOf(one) < count)
      .sort((a, b) => rankOf(a) - rankOf(b))
      .map(({ index }) => index);
  }
}
