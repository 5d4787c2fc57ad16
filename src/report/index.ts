/** `hpa-kit/report`: charts, and the HTML report made of them. Runs in Node, browsers and workers. */
export { renderReport } from './render-report';
export type { ReportClass, ReportEpoch, ReportFact, ReportInput, ReportSample } from './report-input';
export {
  barChart,
  lineChart,
  type BarChartOptions,
  type ChartBar,
  type ChartSeries,
  type LineChartOptions,
} from './charts';
export { reliabilityChart, type ReliabilityChartOptions, type ReliabilitySeries } from './reliability-chart';
export { darkChartStyles } from './draw-svg';
export { escapeHtml } from './html';
