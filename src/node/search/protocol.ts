/** What a search and the processes of its trials say to one another. */
import type { Params } from '../../search/space';
import type { TrialContext } from '../../search/trial';
import type { PlainError } from '../../worker/protocol';

/** Set in the processes of trials alone: elsewhere `serveTrials` has nobody to serve. */
export const TRIALS_VARIABLE = 'HPA_KIT_TRIALS';

export type TrialMessage =
  { kind: 'run'; params: Params; trial: Omit<TrialContext, 'signal'> } | { kind: 'abort' };

export type TrialAnswer = { score: unknown } | { error: PlainError };
