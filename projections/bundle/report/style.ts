import { DARK, LIGHT, variables } from './palette.js'
import { PRINT_STYLE } from './print-style.js'
import { FONTS, GROUND, MARKS, TITLES } from './shared-style.js'

/**
 * The one style sheet of the report: text first, few colours, no picture. Two columns open the page where there is
 * room; marks differ in shape, not only in colour; a table that is wider than its place shows a shadow at the edge
 * behind which it goes on.
 */
export const STYLE = `
:root{color-scheme:light dark;${variables(LIGHT)};
${FONTS}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
${GROUND}
.page{max-width:76rem;margin:0 auto;padding:clamp(1rem,2.2vw,1.75rem) clamp(1rem,3.5vw,2.5rem) 3rem}
h1,h2,h3{font-family:var(--serif);font-weight:600;line-height:1.15;text-wrap:balance;margin:0}
${TITLES}
h3{font-size:1.08rem}
p{margin:.5rem 0;max-width:68ch}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
.eyebrow{margin:0 0 .4rem;color:var(--quiet);font-size:.75rem;letter-spacing:.09em;text-transform:uppercase}
.standfirst{color:var(--quiet);max-width:none;margin:.6rem 0 0;font-size:.94rem}
.standfirst code{font-size:.92em}
.command{max-width:none;margin:.6rem 0 0}
.command code{font-size:.9rem;overflow-wrap:anywhere}
.withheld{color:var(--quiet);font-size:.9rem}
.dot{color:var(--quiet)}
.quiet,.fine,.none{color:var(--quiet)}
.fine{font-size:.875rem}
.calm{color:var(--good);font-weight:600}
.nowrap{white-space:nowrap}
.hash{color:var(--quiet);font-size:.72em}
.banner{max-width:none;margin:0 0 1rem;padding:.5rem .9rem;background:var(--warn-tint);border-left:4px solid var(--warn);font-size:.94rem}
.banner.quietly{background:var(--note-tint);border-color:var(--link)}
.answers{display:grid;grid-template-columns:1.15fr 1fr 1.45fr .85fr;margin:1.1rem 0 0;border-top:2px solid var(--ink);border-bottom:1px solid var(--line)}
.answers>div{padding:.65rem 1.1rem .8rem;border-left:1px solid var(--line)}
.answers>div:first-child{padding-left:0;border-left:0}
.answers dt{color:var(--quiet);font-size:.82rem}
.answers dd{margin:0}
.answers strong{display:block;font-family:var(--serif);font-size:1.4rem;font-weight:600;line-height:1.3}
.why{display:block;font-size:.875rem;line-height:1.4;color:var(--quiet)}
.voice{display:block}
.voice .mark::before{width:.5em;height:.5em}
.opening{display:grid;grid-template-columns:minmax(0,1fr) 23rem;column-gap:2.5rem;align-items:start}
section{margin-top:2rem}
.opening section,.opening .calm{margin-top:1.35rem}
main>section{border-top:1px solid var(--line);padding-top:1.25rem}
.lead{color:var(--quiet);font-size:.94rem}
.count{font-family:var(--sans);font-size:.875rem;font-weight:400;color:var(--quiet);letter-spacing:0;margin-left:.3rem}
.check{margin-top:1.35rem;padding:.9rem 1.1rem .8rem;background:var(--raised);border-top:3px solid var(--link);font-size:.9rem}
.check p{margin:.5rem 0}
.check ol{margin:.5rem 0;padding-left:1.1rem}
.check li{margin:.3rem 0}
.check .fine{font-size:.83rem}
.check pre{font-size:.66rem;padding:.5rem}
pre{margin:.6rem 0;padding:.55rem .7rem;background:var(--paper);border:1px solid var(--line);font:.69rem/1.6 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere}
pre.said{background:none;border:0;border-left:3px solid var(--line);margin:.35rem 0 .2rem;padding:.1rem .8rem;font-size:.8rem}
td pre{margin:.3rem 0;min-width:24rem}
code{font-family:var(--mono);font-size:.88em}
.digest{font-size:.78rem;line-height:1.4;word-break:break-all}
.mark{white-space:nowrap}
${MARKS}
.items{list-style:none;margin:.6rem 0 0;padding:0}
.items li{padding:.4rem 0;border-bottom:1px solid var(--line)}
.items li.bad,.items li.warn,.items li.unknown{padding:.5rem 0 .5rem .9rem;border:0;border-left:4px solid var(--unknown);margin-bottom:.6rem}
.items li.bad{border-color:var(--bad);background:var(--bad-tint)}
.items li.warn{border-color:var(--warn);background:var(--warn-tint)}
.items li .mark{margin:0 .3rem}
.items p{margin:.1rem .9rem .1rem 0}
.items p .mark{margin-left:0}
.plain{list-style:none;margin:.5rem 0;padding:0}
.plain li{padding:.25rem 0;border-bottom:1px solid var(--line)}
.scroll{overflow-x:auto;margin:.6rem 0;background:
linear-gradient(to right,var(--paper),var(--paper)) left/1.4rem 100% local,
linear-gradient(to left,var(--paper),var(--paper)) right -2px top/1.6rem 100% local,
linear-gradient(to right,var(--edge),transparent) left/1rem 100% scroll,
linear-gradient(to left,var(--edge),transparent) right/1rem 100% scroll;
background-repeat:no-repeat;background-color:var(--paper)}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.35}
thead th{font-weight:500;font-size:.78rem;color:var(--quiet);vertical-align:bottom;border-bottom:1px solid var(--quiet);white-space:nowrap}
th,td{text-align:left;vertical-align:top;padding:.34rem 1.1rem .34rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:.25rem}
th{font-weight:500}
tbody th:not(.number){min-width:9.5rem}
td.number,th.number{text-align:right}
thead .number:first-child,tbody .number:first-child{width:3.5rem}
td.number,time{white-space:nowrap}
tr.bad>:first-child{box-shadow:inset 3px 0 0 var(--bad)}
tr.warn>:first-child{box-shadow:inset 3px 0 0 var(--warn)}
tr.bad>:first-child,tr.warn>:first-child{padding-left:.6rem}
.narrow{max-width:44rem}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link);width:fit-content}
td details{margin:0}
.part{margin:0;border-bottom:1px solid var(--line)}
.part>summary{width:auto;padding:.6rem 0}
.part>summary h3{display:inline}
.part>div{padding-bottom:1rem}
.columns{list-style:none;margin:.3rem 0 0;padding:0;font-size:.85rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:.6rem 2rem;margin:.6rem 0}
.facts dt,.glossary dt{font-size:.8rem;color:var(--quiet)}
.facts dd,.glossary dd{margin:0;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:1rem 2rem}
.card{padding:.1rem 0 .1rem .9rem;border-left:2px solid var(--line)}
.glossary{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:.7rem 2.5rem;margin:.6rem 0}
.glossary dt{font-size:.9rem;font-weight:600;color:var(--ink)}
.glossary dd{font-size:.9rem;color:var(--quiet)}
footer{margin-top:2.5rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--quiet)}
@media (max-width:62rem){.opening{display:block}.answers{grid-template-columns:1fr 1fr}.answers>div:nth-child(odd){padding-left:0;border-left:0}.answers>div:nth-child(n+3){border-top:1px solid var(--line)}}
@media (max-width:34rem){.answers{grid-template-columns:1fr}.answers>div{padding:.5rem 0;border-left:0}.answers>div+div{border-top:1px solid var(--line)}
.answers dt{float:right;padding-top:.45rem}
tbody th:not(.number){min-width:8rem;max-width:11rem}th,td{padding-right:.8rem}}
${PRINT_STYLE}`
