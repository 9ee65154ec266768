/* sealer.ts and restore-tree.ts, with the two steps of a file that is replaced: renamed, and its directory flushed. */

/* A database or a bucket has no cache of its own: what is seen there is durable. */
#ifdef MANY
#define AT_ONCE(durable, seen) durable = seen
#else
#define AT_ONCE(durable, seen) skip
#endif

inline settle(w) { seal[w] = IDLE; runEnd[w] = 0; target[w] = 0; if :: mode[w] == SEALING_FIRST -> mode[w] = OPEN :: else fi }

#ifdef MUTATE_TILES_AFTER_SIGNATURE
#define FIRST_STEP SWAP
#else
#define FIRST_STEP WRITE_TILES
#endif

/* The next size of a run: heads sizes first, each with a checkpoint of its own, then the end. */
inline next_size(w) {
  target[w] = runEnd[w];
#ifndef MUTATE_HEADS_NOT_KEPT
  n = P;
  do :: n > SIZE(edge[w]) -> if :: n < runEnd[w] && IS_HEADS(w, n) -> target[w] = n :: else fi; n-- :: else -> break od;
  n = 0;
#endif
  if :: target[w] > SIZE(edge[w]) -> seal[w] = FIRST_STEP :: else -> settle(w) fi
}

/* What was signed and never published counts from the first publication on; nothing older takes its place. */
inline publish(note) {
#ifdef MUTATE_PUBLISHED_WITHOUT_COMPARING
  published = note;
#else
  if :: SIZE(published) < SIZE(note) -> published = note :: else fi;
#endif
  if :: SIZE(published) > SIZE(seen) -> seen = published :: else fi
}

#ifdef TRACE
byte asked[2];
#define ASK(w) asked[w] = known[w]
#else
#define ASK(w) skip
#endif

/* Not to be told apart from outside. */
#ifdef TRACE
#define TAKE_UNSEEN(w) if :: seal[w] == TAKE -> take(w) :: else fi
#else
#define TAKE_UNSEEN(w) skip
#endif

inline seal_fails(w) { faults--; settle(w) }

/* Looked at in one step with the change that it guards. */
#define MAY_SEAL(w) HELD(w)
/* A sealer that was refused does not begin again. */
#ifdef STEALS
#define GOES_ON(w) !failed[w]
#else
#define GOES_ON(w) true
#endif
#define CHANGES(w) (seal[w] == WRITE_TILES || seal[w] == KEEP || seal[w] == SWAP || seal[w] == PUBLISH || seal[w] == REPUBLISH || seal[w] == TAKE)

/*
 * A size whose tree was not to be replaced is not tried again in this run. Whoever waits for it begins another run at
 * once; the model may do so at any time, and in a trace it does so when the code would.
 */
inline go_on(w) {
  if
  :: SIZE(edge[w]) >= runEnd[w] || target[w] >= runEnd[w] ->
#ifdef TRACE
     if :: SIZE(edge[w]) < asked[w] -> runEnd[w] = known[w]; next_size(w) :: else -> settle(w) fi
#else
     settle(w)
#endif
  :: SIZE(edge[w]) < runEnd[w] && target[w] < runEnd[w] ->
     least = MAX(target[w], SIZE(edge[w])); target[w] = runEnd[w]; n = P;
     do :: n > least -> if :: n < runEnd[w] && IS_HEADS(w, n) -> target[w] = n :: else fi; n-- :: else -> break od;
     n = 0; least = 0; seal[w] = FIRST_STEP
  fi
}

inline take(w) {
  if
  :: mode[w] >= SEALING_FIRST && SIZE(readSigned[w]) <= SIZE(edge[w]) -> settle(w)
  :: mode[w] >= SEALING_FIRST && SIZE(readSigned[w]) > SIZE(edge[w]) ->
     edge[w] = readSigned[w]; known[w] = MAX(known[w], SIZE(edge[w]));
     n = 0; do :: n <= SIZE(edge[w]) -> headsSizes[w] = headsSizes[w] & (255 - (1 << n)); n++ :: else -> break od; n = 0;
     go_on(w)
  :: mode[w] == RESTORING ->
     /* Tiles that are missing are built again from the log. */
     if :: !EXTENDS(tiles, readSigned[w]) -> tiles = readSigned[w] :: else fi;
     edge[w] = readSigned[w]; rebooted = false; n = SIZE(edge[w]);
     do :: n < indexed[w] -> if :: id[n] == HEADS_RECORD -> headsSizes[w] = headsSizes[w] | (1 << (n + 1)) :: else fi; n++ :: else -> break od;
     n = 0;
#ifdef MUTATE_LEAVES_BEYOND_THE_INDEX
     known[w] = length;
#else
     known[w] = MAX(head[w], SIZE(edge[w]));
#endif
     mode[w] = SEALING_FIRST; runEnd[w] = known[w]; ASK(w); next_size(w)
  fi;
  readPublished[w] = 0; readSigned[w] = 0
}

proctype Sealer(byte w) {
  byte n, least;
end:
  do
#ifdef STEALS
  :: atomic { CHANGES(w) && !MAY_SEAL(w) ->
       failed[w] = true; SAY(did_seal_refused, w, seal[w]);
       if :: mode[w] == OPEN -> settle(w) :: else -> forget(w) fi;
       SHOW(w)
     }
#endif
  :: atomic { mode[w] == OPEN && GOES_ON(w) && seal[w] == IDLE && unpublished[w] -> seal[w] = PUBLISH; SAY(did_seal, w, 1); SHOW(w) }
  :: atomic { mode[w] == OPEN && GOES_ON(w) && seal[w] == IDLE && !unpublished[w] && known[w] > SIZE(edge[w]) ->
       runEnd[w] = known[w]; ASK(w); next_size(w); SAY(did_seal, w, 0); SHOW(w) }
  :: atomic { seal[w] == WRITE_TILES && MAY_SEAL(w) ->
       if :: !EXTENDS(tiles, ROOT(target[w])) -> tiles = ROOT(target[w]) :: else fi;
#ifdef MUTATE_TILES_AFTER_SIGNATURE
       seal[w] = PUBLISH;
#else
       seal[w] = (IS_HEADS(w, target[w]) -> KEEP : SWAP);
#ifdef MUTATE_HEADS_NOT_KEPT
       seal[w] = SWAP;
#endif
#endif
#ifdef MUTATE_PUBLISHED_BEFORE_SIGNED_STATE
       publish(ROOT(target[w])); publishedKept = published;
#endif
       SAY(did_write_tiles, w, target[w]); SHOW(w)
     }
  :: atomic { seal[w] == KEEP && MAY_SEAL(w) && (kept[target[w]] == 0 || kept[target[w]] == ROOT(target[w])) ->
       kept[target[w]] = ROOT(target[w]); AT_ONCE(keptKept[target[w]], kept[target[w]]); seal[w] = KEEP_FLUSH; SAY(did_keep, w, target[w]); SHOW(w) }
  :: atomic { seal[w] == KEEP && MAY_SEAL(w) && kept[target[w]] != 0 && kept[target[w]] != ROOT(target[w]) -> refused = true; settle(w) }
  :: atomic { seal[w] == KEEP_FLUSH ->
       keptKept[target[w]] = kept[target[w]]; seal[w] = SWAP; SAY(did_keep_flush, w, target[w]); SHOW(w) }
#ifdef MUTATE_ONLY_SET
  :: atomic { seal[w] == SWAP ->
#else
  :: atomic { seal[w] == SWAP && MAY_SEAL(w) && latestSeen == edge[w] ->
#endif
       latestSeen = ROOT(target[w]); AT_ONCE(latestKept, latestSeen); seal[w] = SWAP_FLUSH; SAY(did_swap, w, target[w]); SHOW(w) }
#ifndef MUTATE_ONLY_SET
  :: atomic { seal[w] == SWAP && MAY_SEAL(w) && latestSeen != edge[w] ->
#ifdef MUTATE_NEVER_TAKEN_OVER
       settle(w);
#else
       seal[w] = LOOK;
#endif
       SAY(did_swap, w, target[w]); SHOW(w)
     }
#endif
  :: atomic { seal[w] == SWAP_FLUSH ->
       latestKept = latestSeen; edge[w] = ROOT(target[w]); unpublished[w] = true;
       n = 0; do :: n <= target[w] -> headsSizes[w] = headsSizes[w] & (255 - (1 << n)); n++ :: else -> break od; n = 0;
#ifdef MUTATE_TILES_AFTER_SIGNATURE
       seal[w] = WRITE_TILES;
#else
       seal[w] = PUBLISH;
#endif
       SAY(did_swap_flush, w, target[w]); SHOW(w)
     }
#ifdef LATE
  /* Only runs in which one of two publishes after the other has overtaken it. */
  :: atomic { seal[w] == PUBLISH && MAY_SEAL(w) && (w == 1 || SIZE(published) > SIZE(edge[w])) ->
#else
  :: atomic { seal[w] == PUBLISH && MAY_SEAL(w) ->
#endif
       publish(edge[w]);
       seal[w] = PUBLISH_FLUSH; SAY(did_publish, w, 0); SHOW(w)
     }
  :: atomic { seal[w] == PUBLISH_FLUSH ->
       publishedKept = published;
       if :: runEnd[w] == 0 -> runEnd[w] = known[w] :: else fi;
       unpublished[w] = false; next_size(w);
       SAY(did_publish_flush, w, 0); SHOW(w)
     }
  /* Each step may fail, before it has any effect or (after the first half) with the answer lost. */
  :: atomic { faults > 0 && mode[w] >= SEALING_FIRST && seal[w] >= WRITE_TILES && seal[w] <= PUBLISH_FLUSH ->
       SAY(did_seal_fails, w, seal[w]); seal_fails(w); SHOW(w) }

  /* --- restoreTree: at opening, and where the last signed checkpoint is not the one that was to be replaced --- */
  :: atomic { seal[w] == LOOK -> readPublished[w] = SIZE(published); seal[w] = LOOK_SIGNED; SAY(did_look, w, 0); SHOW(w) }
  :: atomic { seal[w] == LOOK_SIGNED ->
       readSigned[w] = latestSeen;
#ifndef MUTATE_CHECKPOINTS_NOT_FLUSHED
       /* It may be in the cache only: of a killed process, or of an own write whose directory could not be flushed. */
       latestKept = latestSeen;
#endif
       if
       :: readPublished[w] == SIZE(latestSeen) -> seal[w] = TAKE
       :: readPublished[w] < SIZE(latestSeen) -> seal[w] = REPUBLISH
       :: readPublished[w] > SIZE(latestSeen) -> refused = true; if :: mode[w] == RESTORING -> forget(w) :: else -> settle(w) fi
       fi;
       TAKE_UNSEEN(w);
       SAY(did_look_signed, w, 0); SHOW(w)
     }
  :: atomic { seal[w] == REPUBLISH && MAY_SEAL(w) -> publish(readSigned[w]); publishedKept = published; seal[w] = TAKE; TAKE_UNSEEN(w); SAY(did_republish, w, 0); SHOW(w) }
  :: atomic { seal[w] == TAKE && MAY_SEAL(w) -> take(w) }
  od
}
