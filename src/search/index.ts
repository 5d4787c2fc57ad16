/** Hyperparameter search: spaces, schedulers, the search itself, and its results as a table. */
export { choice, integer, logInteger, logUniform, uniform } from './space';
export type {
  ChoiceDimension,
  Dimension,
  Params,
  ParamsOf,
  ParamValue,
  RangeDimension,
  SearchSpace,
} from './space';
export { asha, randomSearch } from './schedulers';
export type {
  Asha,
  AshaOptions,
  RandomSearch,
  RandomSearchOptions,
  Scheduler,
  SearchDirection,
} from './schedulers';
export { searchHyperparameters, type SearchOptions, type SearchResult } from './search';
export type { Objective, Trial, TrialContext, TrialRecord, TrialScore, TrialState } from './trial';
export type { JournalEntry, SearchJournal, SearchSettings } from './journal';
export { searchCoordinates, searchToCsv, type AxisScale, type SearchCoordinates } from './results';
