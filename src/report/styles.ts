/** The report's style sheet: light, dark and print, from a phone to a desktop, with the system's own fonts. */
import { darkChartStyles } from './draw-svg';

export const REPORT_STYLES = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --surface: #ffffff; --ink: #1a1f27; --muted: #5d6675; --rule: #dfe3e8;
  --hit: #00694c; --hit-fill: #e3f5ee; --miss: #004f80; --miss-fill: transparent; --alarm: #9a4300; --alarm-fill: #fdeee3; --link: #00598c;
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: clamp(1rem, 3vw, 2.5rem); background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.25rem; }
nav a { display: inline-block; padding: .25rem 0; }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.25rem); line-height: 1.2; letter-spacing: -0.02em; text-wrap: balance; }
h2 { margin: 0 0 .25rem; font-size: 1.25rem; letter-spacing: -0.01em; }
h3 { margin: 0; font-size: .8125rem; font-weight: 500; color: var(--muted); }
p { margin: 0 0 .5rem; max-width: 80ch; }
dl, dd, figure { margin: 0; }
section { margin-top: 2.5rem; }
.lead { max-width: none; color: var(--muted); }
.lead strong { color: var(--ink); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.5rem, 100%), 1fr)); gap: .75rem; margin-bottom: 1rem; }
.cards > div, .chart, .scroll, .facts, .sample { background: var(--surface); border: 1px solid var(--rule); border-radius: .75rem; }
.cards > div { padding: .875rem 1rem; }
dt { color: var(--muted); font-size: .8125rem; }
.cards dd { font-size: clamp(1.25rem, 1rem + 1.2vw, 1.625rem); font-weight: 650; line-height: 1.2; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(9.75rem, 100%), 1fr)); gap: .75rem 1.25rem; padding: 1rem; }
.facts dd { font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: 1rem; margin-top: .75rem; }
.charts.three { grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); gap: .75rem; }
.multiples .chart { padding: .625rem .75rem; }
.multiples figcaption { padding-bottom: .25rem; font-size: .875rem; line-height: 1.35; }
figcaption small { display: block; color: var(--muted); font-size: .75rem; font-weight: 400; font-variant-numeric: tabular-nums; }
.lines svg { overflow: visible; vertical-align: middle; margin-right: .25rem; }
.stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; margin-top: .75rem; }
.wide { overflow-x: auto; background: var(--surface); border: 1px solid var(--rule); border-radius: .75rem; }
.wide .chart { border: 0; width: max-content; min-width: 100%; }
.wide .chart svg { width: auto; max-width: none; margin-inline: auto; }
.chart { padding: .875rem 1rem 1rem; break-inside: avoid; }
.chart svg { display: block; width: 100%; height: auto; overflow: visible; }
figcaption, caption { padding: 0 0 .625rem; font-size: .9375rem; font-weight: 600; text-align: left; }
.classes { display: grid; gap: 1rem; margin-top: .75rem; align-items: start; }
@media (min-width: 60rem) { .classes { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
.scroll { position: relative; overflow-x: auto; padding: .875rem 1rem; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .2rem .5rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--rule); }
th:first-child { padding-left: 0; text-align: left; }
td:last-child, th:last-child { padding-right: 0; }
.confusions :is(th, td):nth-child(2) { text-align: left; }
.scores tbody th { min-width: 8rem; white-space: normal; overflow-wrap: anywhere; }
@media (max-width: 30rem) {
  .scroll { padding: .75rem .625rem; }
  table { font-size: .75rem; }
  th, td { padding-inline: .175rem; }
  .scores tbody th { min-width: 5.375rem; }
}
thead th { border-top: 0; color: var(--muted); font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 400; }
.absent th, .absent td { color: var(--muted); }
.absent th { font-style: italic; }
details { margin-top: 1rem; }
summary { cursor: pointer; padding: .25rem 0; color: var(--muted); }
summary:hover, summary:focus-visible { color: var(--ink); }
details .scroll { margin-top: .5rem; }
pre { margin: .5rem 0 0; padding: .875rem 1rem; overflow-x: auto; max-height: 40rem; background: var(--surface); border: 1px solid var(--rule); border-radius: .75rem; font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; }
ul { margin: 0; padding: 0; list-style: none; }
.legend { display: flex; flex-wrap: wrap; gap: .375rem 1.25rem; margin: .25rem 0 .875rem; color: var(--muted); font-size: .875rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(10.25rem, 100%), 1fr)); gap: clamp(.625rem, 2vw, 1rem); }
.sample { overflow: hidden; break-inside: avoid; padding-bottom: .75rem; }
.sample img { display: block; width: 100%; height: auto; background: #000; }
.sample > :not(img) { margin: .625rem .75rem 0; }
.labels { display: flex; flex-wrap: wrap; gap: .375rem; }
.label { display: inline-block; padding: .0625rem .5rem; border: 1.5px solid; border-radius: .5rem; font-size: .8125rem; font-weight: 500; }
.label small { white-space: nowrap; font-size: .75rem; font-weight: 400; font-variant-numeric: tabular-nums; }
.hit { color: var(--hit); background: var(--hit-fill); }
.miss { color: var(--miss); background: var(--miss-fill); border-style: dashed; }
.alarm { color: var(--alarm); background: var(--alarm-fill); border-style: double; border-width: 3px; padding-block: 0; }
.guess { color: var(--ink); border-color: var(--rule); }
.none, .others { color: var(--muted); font-size: .8125rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #0f1318; --surface: #171c23; --ink: #e8ebf0; --muted: #9aa4b2; --rule: #2a313b;
    --hit: #58d6ad; --hit-fill: #0d2f26; --miss: #7cc4f2; --alarm: #f6a26b; --alarm-fill: #38200f; --link: #7cc4f2; }
  ${darkChartStyles(':is(.chart,.lines)')}
}
@page { margin: 14mm; }
@media print {
  :root { --page: #ffffff; }
  body { max-width: none; padding: 0; font-size: .8125rem; }
  section { margin-top: 1.5rem; }
  h2, figcaption, caption, summary, .lead, .legend { break-after: avoid; }
  .lead { break-inside: avoid; }
  tr, .cards > div { break-inside: avoid; }
  table { font-size: .6875rem; }
  thead th, tbody th { white-space: normal; }
  .charts { grid-template-columns: 1fr 1fr; }
  nav { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll, .wide, pre { overflow: visible; max-height: none; }
  .wide .chart { width: auto; }
  .wide .chart svg { max-width: 100%; height: auto; }
  .charts.three, .multiples { grid-template-columns: repeat(3, 1fr); }
  .classes .chart svg { max-width: 30rem; }
  .cards { grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); }
  .gallery { grid-template-columns: repeat(4, 1fr); }
  .label, .sample img { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
