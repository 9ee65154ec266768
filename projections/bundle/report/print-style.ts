import { LIGHT, variables } from './palette.js'

/**
 * On paper: black on white, smaller, two columns where lines are short, the appendix open. What is only for a screen
 * (lists of hundreds of statements and files) stays closed and says that it was left out.
 */
export const PRINT_STYLE = `@media print{:root{color-scheme:light;${variables(LIGHT)};--paper:#ffffff;--raised:#ffffff}
@page{size:A4;margin:12mm 12mm 14mm}
html{font-size:8.6pt}
body{line-height:1.35}.page{max-width:none;padding:0}.skip{display:none}
section{margin-top:1.1rem}.opening section{margin-top:.9rem}main>section{padding-top:.8rem}
.opening{display:grid;grid-template-columns:minmax(0,1fr) 19rem;column-gap:1.6rem}
.answers{grid-template-columns:1.15fr 1fr 1.45fr .85fr}.answers>div{padding:.5rem .8rem}.answers>div:nth-child(n){border-top:0}.answers>div:nth-child(n+2){border-left:1px solid var(--line);padding-left:.8rem}
.scroll{overflow:visible;background:none}.check{border:1px solid var(--quiet)}
table{font-size:.8rem;line-height:1.25}.check pre{font-size:.58rem}
th,td{padding-top:.16rem;padding-bottom:.16rem;padding-right:.8rem}tbody th:not(.number){min-width:8rem}
td pre{min-width:0}td ul,td summary::marker{display:none}
.cards{grid-template-columns:1fr 1fr}.glossary{grid-template-columns:1fr 1fr 1fr;column-gap:1.5rem}.facts{grid-template-columns:repeat(4,1fr)}.card .facts{grid-template-columns:1fr 1fr}
details::details-content{content-visibility:visible;display:block}summary{color:var(--ink);list-style:none}
details.screen::details-content{display:none}details.screen>summary::after{content:" (left out in print)"}
td details::details-content{display:none}td details{display:inline}
.part>summary{padding:.5rem 0 .2rem}
tr,.items li,.card,.facts>div,.glossary>div{break-inside:avoid}h2,h3,summary{break-after:avoid}thead{display:table-header-group}a{color:inherit}}
`
