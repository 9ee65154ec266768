/*
 * A ledger that is set back, copied or moved, and what is remembered of it outside of its directory
 * (docs/decisions/0029, seal-memory.ts, witness.ts, remembered-seals.ts, copy-mark.ts).
 *
 * Two places on one machine and one on another. A log is the sequence of its batches, three bits each, no batch used
 * twice, so two roots agree where the numbers do. Sealing follows each append at once: ledger.pml has what lies between.
 */
#define P 4
#define NOWHERE 3
#define ELSEWHERE 2          /* another machine, which remembers nothing of this ledger */

bool there[3];
short log[3];
short root[3];               /* the checkpoint that was signed last */
short givenUp[3];            /* what a record `ledger.adopted` in the log names */
bool marked[3];              /* the mark that a backup leaves in its copy */
bool isOpen[3];
byte nextBatch = 2;

/* The memory of the user of the first machine: the largest signed root, and where it was last. */
short remembered;
byte rememberedAt = NOWHERE;
/* What the handle knew when it was opened. */
short knew[3];

/* A state of the first place that is kept aside, and put back. */
short aside;
short asideSigned;
short asideGivenUp;
bool kept;
byte setBacks = 1;
byte copies = 1;
byte moves = 1;

short first[P + 1];          /* the first root that was signed for a size */
bool two;                    /* another one was signed for it */
bool twoOfGivenUp;           /* for a size that its signer knew to be signed */
bool told;                   /* somebody was refused and said to go on */
bool unremembered;           /* opened before what another one had signed was remembered */
bool refused;
bool disturbed;              /* set back or copied: a refusal is no false alarm */

#define SIZE(root) (((root) > 0) + ((root) > 7) + ((root) > 63) + ((root) > 511))
#define CUT(root, n) ((root) & ((1 << (3 * (n))) - 1))
#define EXTENDS(root, other) (CUT(root, SIZE(other)) == (other))
#define MEMORY(p) (p == ELSEWHERE -> 0 : remembered)

#ifdef MUTATE_MARK_NOT_LOOKED_AT
#define IS_MARKED(p) false
#else
#define IS_MARKED(p) marked[p]
#endif
#ifdef MUTATE_PLACE_NOT_COMPARED
#define IS_BESIDE(p) false
#else
#ifdef MUTATE_EVERY_NEW_PLACE_REFUSED
#define IS_BESIDE(p) (p != ELSEWHERE && rememberedAt != NOWHERE && rememberedAt != p)
#else
#define IS_BESIDE(p) (p != ELSEWHERE && rememberedAt != NOWHERE && rememberedAt != p && there[rememberedAt])
#endif
#endif
#ifdef MUTATE_ROOT_NOT_COMPARED
#define IS_SET_BACK(p) false
#else
#define IS_SET_BACK(p) (!EXTENDS(log[p], MEMORY(p)) && !(givenUp[p] != 0 && EXTENDS(givenUp[p], MEMORY(p))))
#endif
#define CONTRADICTED(p) (IS_MARKED(p) || IS_BESIDE(p) || IS_SET_BACK(p))

inline append_batch(p) { log[p] = log[p] | (nextBatch << (3 * SIZE(log[p]))); nextBatch++ }

inline sign(p) {
  n = SIZE(log[p]);
  if :: first[n] == 0 -> first[n] = log[p]
     :: first[n] != 0 && first[n] != log[p] -> two = true;
        if :: n <= SIZE(knew[p]) -> twoOfGivenUp = true :: else fi
     :: else
  fi;
  root[p] = log[p]; n = 0
}

inline opened(p) {
  isOpen[p] = true; knew[p] = MEMORY(p);
  /* What the others have signed in the last second may not be remembered yet. */
  if :: (there[0] && p != 0 && !EXTENDS(MEMORY(p), root[0])) || (there[1] && p != 1 && !EXTENDS(MEMORY(p), root[1])) ->
        if :: p != ELSEWHERE -> unremembered = true :: else fi
     :: else
  fi;
  if :: p != ELSEWHERE -> rememberedAt = p :: else fi
}

/* The larger one stays. */
inline remember(p) {
  if :: SIZE(root[p]) > SIZE(remembered) -> remembered = root[p] :: else fi
}

proctype Place(byte p) {
  byte n;
end:
  do
  :: atomic { there[p] && !isOpen[p] && !CONTRADICTED(p) -> opened(p) }
  :: atomic { there[p] && !isOpen[p] && CONTRADICTED(p) -> refused = true;
       /* `clyra adopt`: a word for each lost position and one that names what is given up, in one frame. */
       if
       :: SIZE(log[p]) < P && SIZE(MEMORY(p)) < P && nextBatch < 6 ->
          told = true; marked[p] = false;
          if :: IS_SET_BACK(p) -> givenUp[p] = MEMORY(p) :: else fi;
#ifndef MUTATE_LOST_POSITIONS_USED_AGAIN
          do :: SIZE(log[p]) < SIZE(MEMORY(p)) -> append_batch(p) :: else -> break od;
#endif
          append_batch(p); opened(p); sign(p)
       :: true
       fi
     }
  :: atomic { isOpen[p] && SIZE(log[p]) < P && nextBatch < 7 -> append_batch(p); sign(p) }
  :: atomic { isOpen[p] && p != ELSEWHERE && root[p] != remembered -> remember(p) }
  /* Closing remembers; a kill, or a process that is not asked, does not. */
  :: atomic { isOpen[p] -> if :: p != ELSEWHERE -> remember(p) :: else fi; isOpen[p] = false }
  :: atomic { isOpen[p] -> if :: p != ELSEWHERE && SIZE(root[p]) > SIZE(remembered) -> unremembered = true :: else fi; isOpen[p] = false }
  od
}

proctype Surroundings() {
end:
  do
  :: atomic { !kept && there[0] -> aside = log[0]; asideSigned = root[0]; asideGivenUp = givenUp[0]; kept = true }
  :: atomic { setBacks > 0 && kept && there[0] && !isOpen[0] ->
       setBacks--; disturbed = true; log[0] = aside; root[0] = asideSigned; givenUp[0] = asideGivenUp }
  /* By `clyra backup`, which marks it, to here or to another machine; or by hand, which does not. */
  :: atomic { copies > 0 && there[0] && !there[1] ->
       copies--; disturbed = true; there[1] = true; log[1] = log[0]; root[1] = root[0]; givenUp[1] = givenUp[0];
       if :: marked[1] = true :: marked[1] = false fi }
  :: atomic { copies > 0 && there[0] ->
       copies--; disturbed = true; there[2] = true; log[2] = log[0]; root[2] = root[0]; givenUp[2] = givenUp[0]; marked[2] = true }
  :: atomic { moves > 0 && there[0] && !there[1] && !isOpen[0] ->
       moves--; there[1] = true; there[0] = false; log[1] = log[0]; root[1] = root[0]; givenUp[1] = givenUp[0];
       marked[1] = marked[0] }
  od
}

/* No size gets two roots unless somebody was told, but for what was signed and never remembered. */
#define HOLDS_noSecondRootUntold (!two || told || unremembered)
/* Nor when told, for a size that was known to be signed. */
#define HOLDS_givenUpIsNotSignedAgain (!twoOfGivenUp)
/* A ledger that was neither set back nor copied is never refused, also where it was moved. */
#define HOLDS_noFalseAlarm (!refused || disturbed)
bool noSecondRootUntold, givenUpIsNotSignedAgain, noFalseAlarm;

proctype Invariants() {
end:
  do
  :: !HOLDS_noSecondRootUntold -> assert(noSecondRootUntold)
  :: !HOLDS_givenUpIsNotSignedAgain -> assert(givenUpIsNotSignedAgain)
  :: !HOLDS_noFalseAlarm -> assert(noFalseAlarm)
  od
}

/* Any state, or only those in which one invariant holds: shows what a mutation breaks, and what beside it. */
#ifdef BROKEN_HOLDS
never dragged { do :: true od }
never broken { do :: log[0] == 0 || BROKEN_HOLDS od }
#endif

init {
  atomic {
    there[0] = true; log[0] = 1; root[0] = 1; first[1] = 1; remembered = 1; rememberedAt = 0;
    run Place(0); run Place(1); run Place(2); run Surroundings(); run Invariants()
  }
}
