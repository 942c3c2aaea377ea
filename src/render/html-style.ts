/** How a page looks: the reader's own fonts, light or dark as they have it, and on paper. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #5b6470; --paper: #fff; --line: #d5dae0; --band: #f3f5f7;
  --good: #1b7f3b; --bad: #b3261e; --muted: #6b7480; --plain: #2f5fb3; --tie: #7a8794; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --soft: #a3adb8; --paper: #14171a; --line: #363d45;
  --band: #1e2327; --good: #5fcf80; --bad: #ff8a80; --muted: #98a2ad; --plain: #8ab4f8; --tie: #8b98a6; } }
body { margin: 0; color: var(--text); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 110rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.35rem; line-height: 1.35; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
.meta { color: var(--soft); margin: 0 0 1rem; }
.incomplete { border-left: .3rem solid var(--bad); padding: .4rem .8rem; background: var(--band); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; margin: 1rem 0; }
.scroll:focus-visible { outline: 3px solid var(--plain); }
table { border-collapse: collapse; font-size: .87rem; }
caption { text-align: left; padding: .4rem .6rem; color: var(--soft); }
th, td { text-align: left; padding: .25rem .6rem; border-top: 1px solid var(--line); white-space: nowrap; }
th { background: var(--band); position: sticky; top: 0; }
td.good { color: var(--good); } td.bad { color: var(--bad); } td.muted { color: var(--muted); }
li { overflow-wrap: anywhere; } code { font-family: ui-monospace, monospace; font-size: .9em; }
figure { margin: 1rem 0; } figcaption { color: var(--soft); font-size: .87rem; }
svg { display: block; } svg text { font: 12px ui-monospace, monospace; fill: var(--text); }
svg .soft { fill: var(--soft); } svg .lane { stroke: var(--line); stroke-width: 1; } svg .band { fill: var(--band); }
svg .tie { fill: none; stroke: var(--tie); stroke-width: 1.3; } svg .likely { stroke-dasharray: 4 3; }
svg .pause { stroke: var(--line); stroke-dasharray: 2 4; } svg .gap { fill: none; stroke: var(--bad); stroke-dasharray: 6 4; }
svg .good { fill: var(--good); } svg .bad { fill: none; stroke: var(--bad); stroke-width: 2.4; }
svg .muted { fill: var(--paper); stroke: var(--muted); stroke-width: 1.6; } svg .plain { fill: var(--plain); }
@media print { .scroll { overflow: visible; border: 0; } td { white-space: normal; } th { position: static; } }
`;
