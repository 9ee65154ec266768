/** What the report and the page of the verifier have in common of their styles, with the palette beside it. */

/** Families of letters, as properties of the root. */
export const FONTS = `--serif:Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,"Liberation Serif",serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}`

/** The page itself. */
export const GROUND = `*,*::before{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 var(--sans);font-variant-numeric:lining-nums tabular-nums;overflow-wrap:break-word}`

/** Sizes of titles. */
export const TITLES = `h1{font-size:clamp(1.65rem,1.2rem + 1.8vw,2.4rem);letter-spacing:-.015em}
h2{font-size:1.3rem;letter-spacing:-.005em}`

/** Marks, which differ in shape and not only in colour. */
export const MARKS = `.mark::before{content:"";display:inline-block;width:.58em;height:.58em;margin-right:.45em;vertical-align:.06em;background:currentcolor;border-radius:50%;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.mark.good{color:var(--good)}
.mark.warn{color:var(--warn)}
.mark.bad{color:var(--bad)}
.mark.unknown{color:var(--unknown)}
.mark.warn::before{border-radius:0;clip-path:polygon(50% 0,100% 100%,0 100%)}
.mark.bad::before{border-radius:0;clip-path:polygon(50% 0,100% 50%,50% 100%,0 50%)}
.mark.unknown::before{background:none;border:.12em solid currentcolor}`
