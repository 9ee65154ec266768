/* Looked at in every state. An invariant that does not hold is reported by its name. */

#define LOST_OF(c) (client[c] == TOLD && !(toldPosition[c] < durableSize && id[toldPosition[c]] == c))
#define UNKEPT(n) (id[n - 1] == HEADS_RECORD && SIZE(published) >= n && keptKept[n] != ROOT(n))
/* What is torn or misplaced is no part of the log; of two writers one may leave it behind what the other has. */
#ifdef STEALS
#define TWICE(c, i, j) (id[i] == c && id[j] == c && WHOLE(i) && WHOLE(j))
#else
#define TWICE(c, i, j) (id[i] == c && id[j] == c)
#endif
#define TWICE_OF(c) (TWICE(c, 1, 2) || TWICE(c, 1, 3) || TWICE(c, 2, 3))

/* What was acknowledged is flushed, at the position that was told, with everything before it. */
#define HOLDS_acknowledgedIsDurable (damaged || (!LOST_OF(1) && !LOST_OF(2)))
/* No half-written batch counts as part of the log. */
#define HOLDS_noHalfBatch (!halfCounted)
/* Never another root; never a smaller size, but for an older one between a power loss and the next opening. */
#define HOLDS_publishedNeverContradicted ((EXTENDS(seen, published) || EXTENDS(published, seen)) && (SIZE(published) >= SIZE(seen) || rebooted))
/* Whatever is signed or published can be proved from tiles that are durable. */
#define HOLDS_tilesBeforeCheckpoint (EXTENDS(tiles, published) && EXTENDS(tiles, latestSeen))
/* What is published was signed, and the sealer's durable memory knows it. */
#define HOLDS_signedIsKeptBeforePublished EXTENDS(latestKept, published)
/* A heads record below the published size has its own checkpoint, for ever. */
#define HOLDS_headsAreKept (!UNKEPT(2) && !UNKEPT(3) && !UNKEPT(4))
/* The mark for readers of other processes is never beyond what is flushed. */
#define HOLDS_readersSeeOnlyDurable (damaged || mark <= durableSize)
#define HOLDS_oneCopyPerId (!TWICE_OF(1) && !TWICE_OF(2))
/* Nobody is told that another writer was faster. */
#define HOLDS_headMovedIsRetried (client[1] != REFUSED && client[2] != REFUSED)
/* What a surviving frame or a signed checkpoint vouches for is never moved to torn/, whatever was damaged. */
#define HOLDS_vouchedIsNeverSetAside (!setAsideVouched)
/* No checkpoint is signed over what is not flushed. */
#define HOLDS_sealedIsDurable (damaged || EXTENDS(ROOT(durableSize), latestSeen))
/* Without damage no writer is refused: LOG_CORRUPT and TREE_DIVERGED are never said of an honest ledger. */
#define HOLDS_honestLedgerOpens (!refused || damaged)

bool acknowledgedIsDurable, noHalfBatch, publishedNeverContradicted, tilesBeforeCheckpoint, signedIsKeptBeforePublished;
bool headsAreKept, readersSeeOnlyDurable, oneCopyPerId, headMovedIsRetried, vouchedIsNeverSetAside, sealedIsDurable;
bool honestLedgerOpens;

proctype Invariants() {
end:
  do
  :: !HOLDS_acknowledgedIsDurable -> assert(acknowledgedIsDurable)
  :: !HOLDS_noHalfBatch -> assert(noHalfBatch)
  :: !HOLDS_publishedNeverContradicted -> assert(publishedNeverContradicted)
  :: !HOLDS_tilesBeforeCheckpoint -> assert(tilesBeforeCheckpoint)
  :: !HOLDS_signedIsKeptBeforePublished -> assert(signedIsKeptBeforePublished)
  :: !HOLDS_headsAreKept -> assert(headsAreKept)
  :: !HOLDS_readersSeeOnlyDurable -> assert(readersSeeOnlyDurable)
  :: !HOLDS_oneCopyPerId -> assert(oneCopyPerId)
  :: !HOLDS_headMovedIsRetried -> assert(headMovedIsRetried)
  :: !HOLDS_vouchedIsNeverSetAside -> assert(vouchedIsNeverSetAside)
  :: !HOLDS_sealedIsDurable -> assert(sealedIsDurable)
  :: !HOLDS_honestLedgerOpens -> assert(honestLedgerOpens)
  od
}

/* Only states in which some invariants hold: what a mutation drags along; that and what it breaks. */
#ifdef DRAGGED_HOLDS
never dragged { do :: batch[0] == 0 || DRAGGED_HOLDS od }
never broken { do :: batch[0] == 0 || (DRAGGED_HOLDS && BROKEN_HOLDS) od }
#endif

#define done (client[1] == TOLD && client[2] == TOLD && SIZE(published) == length && latestSeen == published)
#ifdef LIVENESS
ltl everythingIsPublished { <> [] done }
#endif
