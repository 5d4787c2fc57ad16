/** `hpa-kit/report`: charts, and the HTML report made of them. Runs in Node, browsers and workers. */
export { renderReport } from './render-report';
export type {
  ReportCalibration,
  ReportClass,
  ReportConfusions,
  ReportEpoch,
  ReportFact,
  ReportInput,
  ReportSample,
  ReportStep,
  ReportWeights,
} from './report-input';
export { barChart, type BarChartOptions, type ChartBar } from './bar-chart';
export { embeddingChart, type EmbeddingChartOptions } from './embedding-chart';
export { lineChart, type ChartMark, type ChartSeries, type LineChartOptions } from './line-chart';
export { matrixChart, type MatrixChartOptions } from './matrix-chart';
export { parallelCoordinates, type ParallelCoordinatesOptions } from './parallel-coordinates';
export type { SearchAxis, SearchResults, SearchTrial } from './search-results';
export { rangeTestChart, type RangeTestChartOptions } from './range-test-chart';
export { reliabilityChart, type ReliabilityChartOptions, type ReliabilitySeries } from './reliability-chart';
export { darkChartStyles } from './draw-svg';
export { escapeHtml } from './html';
