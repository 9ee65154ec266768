/* What happens to a ledger from outside. Every fault has a budget, and may also never come. */

inline lose(note, keptNote, which) {
  if :: note == keptNote
     :: note != keptNote -> note = keptNote; SAY(did_lose, 0, which)
     :: note != keptNote -> keptNote = note
  fi
}

/* Runs that chance leads would lose power before there is anything to lose. */
#ifdef TRACE
#define UNFLUSHED(i) (state[i] == CACHED || state[i] == DROPPED)
#define POWER_MATTERS (UNFLUSHED(1) || UNFLUSHED(2) || UNFLUSHED(3) || latestSeen != latestKept || published != publishedKept)
#ifdef NO_KILL
#define KILL_MATTERS(w) false
#else
#define KILL_MATTERS(w) (step[w] != IDLE || seal[w] != IDLE)
#endif
#else
#define POWER_MATTERS true
#define KILL_MATTERS(w) true
#endif

proctype Surroundings() {
  byte i;
end:
  do
  :: atomic { crashes > 0 && mode[0] != DOWN && KILL_MATTERS(0) -> crashes--; forget(0); SAY(did_kill, 0, 0); SHOW(0) }
  :: atomic { crashes > 0 && mode[1] != DOWN && KILL_MATTERS(1) -> crashes--; forget(1); SAY(did_kill, 1, 0); SHOW(1) }
#ifdef MANY
  /* A lookup through the handle brings its index up to the store, ahead of what its writer knows. */
  :: atomic { mode[0] == OPEN && indexed[0] < length -> indexed[0] = length; SAY(did_look_up, 0, 0); SHOW(0) }
  :: atomic { mode[1] == OPEN && indexed[1] < length -> indexed[1] = length; SAY(did_look_up, 1, 0); SHOW(1) }
#else
  /* Any subset of what was not flushed is lost. */
  :: atomic { crashes > 0 && (mode[0] != DOWN || mode[1] != DOWN) && POWER_MATTERS ->
       crashes--; forget(0); forget(1);
       i = 0;
       do
       :: i < length ->
          if
          :: state[i] == FLUSHED || state[i] == TORN
          :: state[i] == CACHED || state[i] == DROPPED -> state[i] = TORN; SAY(did_tear, 0, i)
          :: state[i] == CACHED -> state[i] = FLUSHED; SAY(did_survive, 0, i)
#ifdef STEALS
          :: state[i] == MISPLACED
          :: state[i] == MISPLACED -> state[i] = TORN
#endif
          :: (state[i] == CACHED || state[i] == DROPPED) && i == length - 1 ->
             state[i] = NOTHING; id[i] = 0; batch[i] = 0; durableBefore[i] = 0; length--; SAY(did_vanish, 0, i)
          fi;
          i++
       :: else -> break
       od;
       lose(latestSeen, latestKept, 0);
       lose(published, publishedKept, 9);
       i = 0;
       do :: i <= P -> lose(kept[i], keptKept[i], i); i++ :: else -> break od;
       i = 0;
       if :: true :: mark = 1 fi;
       rebooted = true; SAY(did_power_loss, 0, 0); SHOW(0)
     }
#ifdef STEALS
  /* Removed, and perhaps put back: the path leads to nobody's lock, or to that of anybody who holds one. */
#ifdef TRACE
  /* Whoever is about to open reads files, and is refused at the first of them. Only where it matters. */
#define SETTLED(w) (mode[w] == DOWN || mode[w] == OPEN)
#define IN_THE_MIDDLE(w) (steals > 1 -> CHANGES(w) : (step[w] != IDLE || seal[w] != IDLE))
#define STEAL_MATTERS (SETTLED(0) && SETTLED(1) && (IN_THE_MIDDLE(0) || IN_THE_MIDDLE(1)))
#else
#define STEAL_MATTERS true
#endif
  :: atomic { steals > 0 && lock != NOBODY && STEAL_MATTERS -> steals--; lock = NOBODY; SAY(did_steal, 0, 0); SHOW(0) }
#ifndef TRACE
  :: atomic { steals > 0 && lock != 0 && mode[0] != DOWN -> steals--; lock = 0 }
  :: atomic { steals > 0 && lock != 1 && mode[1] != DOWN -> steals--; lock = 1 }
#endif
#endif
  :: atomic { damage > 0 && lock == NOBODY && length > 1 ->
       i = 1; do :: i < length - 1 -> i++ :: break od;
       damage--; damaged = true; state[i] = TORN; SAY(did_damage, 0, i); i = 0; SHOW(0) }
#endif
  od
}
