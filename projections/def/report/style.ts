import { DARK, LIGHT, variables } from './palette.js'

/**
 * The one style sheet of the report: text first, few colours, no picture. Two columns open the page where there is
 * room; details are open on paper; marks differ in shape, not only in colour.
 */
export const STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)};
--serif:Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,"Liberation Serif",serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*,*::before{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 var(--sans);font-variant-numeric:lining-nums tabular-nums;overflow-wrap:break-word}
.page{max-width:74rem;margin:0 auto;padding:clamp(1.25rem,3vw,2.75rem) clamp(1rem,4vw,3rem) 4rem}
h1,h2{font-family:var(--serif);font-weight:600;line-height:1.15;text-wrap:balance;margin:0}
h1{font-size:clamp(1.9rem,1.3rem + 2.2vw,2.9rem);letter-spacing:-.015em}
h2{font-size:1.35rem;letter-spacing:-.005em}
p{margin:.5rem 0;max-width:68ch}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
.eyebrow{margin:0 0 .6rem;color:var(--quiet);font-size:.8rem;letter-spacing:.09em;text-transform:uppercase}
.standfirst{color:var(--quiet);max-width:none;margin:.7rem 0 0}
.standfirst code{font-size:.86em}
.dot{color:var(--quiet)}
.quiet,.fine,.none{color:var(--quiet)}
.fine{font-size:.875rem}
.nowrap{white-space:nowrap}
.banner{max-width:none;margin:0 0 1.75rem;padding:.7rem 1rem;background:var(--warn-tint);border-left:4px solid var(--warn)}
.banner.quietly{background:var(--note-tint);border-color:var(--link)}
.answers{display:grid;grid-template-columns:1fr 1fr 1.35fr 1fr;margin:1.75rem 0 0;border-top:2px solid var(--ink);border-bottom:1px solid var(--line)}
.answers>div{padding:.8rem 1.25rem 1rem;border-left:1px solid var(--line)}
.answers>div:first-child{padding-left:0;border-left:0}
.answers dt{color:var(--quiet);font-size:.85rem}
.answers dd{margin:0}
.answers strong{display:block;font-family:var(--serif);font-size:1.45rem;font-weight:600;line-height:1.3}
.why{display:block;font-size:.875rem;line-height:1.45;color:var(--quiet)}
.opening{display:grid;grid-template-columns:minmax(0,1fr) 25.5rem;column-gap:2.75rem;align-items:start}
section{margin-top:2.5rem}
.opening section{margin-top:1.75rem}
main>section{border-top:1px solid var(--line);padding-top:1.5rem}
.lead{color:var(--quiet)}
.count{font-family:var(--sans);font-size:.875rem;font-weight:400;color:var(--quiet);letter-spacing:0;margin-left:.35rem}
.check{margin-top:1.75rem;padding:1.1rem 1.25rem 1rem;background:var(--raised);border-top:3px solid var(--link);font-size:.925rem}
.check p{margin:.6rem 0}
.check ol{margin:.6rem 0;padding-left:1.15rem}
.check li{margin:.35rem 0}
.check .fine{font-size:.85rem}
pre{margin:.75rem 0;padding:.65rem .8rem;background:var(--paper);border:1px solid var(--line);font:.72rem/1.6 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
code{font-family:var(--mono);font-size:.88em}
.digest{font-size:.78rem;line-height:1.4;word-break:break-all}
.mark{white-space:nowrap}
.mark::before{content:"";display:inline-block;width:.58em;height:.58em;margin-right:.45em;vertical-align:.06em;background:currentcolor;border-radius:50%;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.mark.good{color:var(--good)}
.mark.warn{color:var(--warn)}
.mark.bad{color:var(--bad)}
.mark.unknown{color:var(--unknown)}
.mark.warn::before{border-radius:0;clip-path:polygon(50% 0,100% 100%,0 100%)}
.mark.bad::before{border-radius:0;clip-path:polygon(50% 0,100% 50%,50% 100%,0 50%)}
.mark.unknown::before{background:none;border:.12em solid currentcolor}
.findings{list-style:none;margin:.75rem 0 0;padding:0}
.findings li{padding:.6rem 0 .6rem 1rem;border-left:4px solid var(--line);margin-bottom:.75rem}
.findings li.bad{border-color:var(--bad);background:var(--bad-tint)}
.findings li.warn{border-color:var(--warn);background:var(--warn-tint)}
.findings p{margin:.1rem 1rem .1rem 0}
.plain{list-style:none;margin:.6rem 0;padding:0}
.plain li{padding:.3rem 0;border-bottom:1px solid var(--line)}
.plain li .mark{margin-left:.75rem}
.scroll{overflow-x:auto;margin:.9rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.4}
thead th{font-weight:500;font-size:.8rem;color:var(--quiet);vertical-align:bottom;border-bottom:1px solid var(--quiet);white-space:nowrap}
th,td{text-align:left;vertical-align:top;padding:.42rem 1.35rem .42rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:.25rem}
th{font-weight:500}
tbody th:not(.number){min-width:11rem}
td.number,th.number{text-align:right}
thead .number:first-child,tbody .number:first-child{width:3.5rem}
td.number,time{white-space:nowrap}
tr.bad>*{background:var(--bad-tint)}
tr.warn>*{background:var(--warn-tint)}
tr.bad>:first-child,tr.warn>:first-child{box-shadow:-.6rem 0 0 var(--bad-tint)}
tr.warn>:first-child{box-shadow:-.6rem 0 0 var(--warn-tint)}
.narrow{max-width:44rem}
details{margin:.6rem 0}
summary{cursor:pointer;color:var(--link);width:fit-content}
td details{margin:0}
.columns{list-style:none;margin:.3rem 0 0;padding:0;font-size:.85rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:.75rem 2rem;margin:.9rem 0}
.facts dt,.glossary dt{font-size:.8rem;color:var(--quiet)}
.facts dd,.glossary dd{margin:0}
.card{padding:.25rem 0 .25rem 1rem;border-left:2px solid var(--line);margin:1rem 0}
.glossary{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:.9rem 3rem;margin:.9rem 0}
.glossary dt{font-size:.9rem;font-weight:600;color:var(--ink)}
.glossary dd{font-size:.925rem;color:var(--quiet)}
footer{margin-top:3rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--quiet)}
@media (max-width:60rem){.opening{display:block}.answers{grid-template-columns:1fr 1fr}.answers>div:nth-child(odd){padding-left:0;border-left:0}.answers>div:nth-child(n+3){border-top:1px solid var(--line)}}
@media (max-width:34rem){.answers{grid-template-columns:1fr}.answers>div{padding-left:0;border-left:0}.answers>div+div{border-top:1px solid var(--line)}}
@media print{:root{color-scheme:light;${variables(LIGHT)};--paper:#ffffff;--raised:#ffffff}
@page{margin:16mm 14mm}
body{font-size:9.5pt}.page{max-width:none;padding:0}.skip{display:none}
.scroll{overflow:visible}.check{border:1px solid var(--quiet)}
details::details-content{content-visibility:visible;display:block}summary{color:var(--ink)}
tr,.findings li,.card,.facts>div{break-inside:avoid}h2,summary{break-after:avoid}thead{display:table-header-group}a{color:inherit}}
`
