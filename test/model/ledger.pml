/*
 * Sequencer, sealer and publication order of a ledger, as src/ledger and src/stores/embedded have them.
 * README.md says which line of the model is which line of the code, and what is left out.
 *
 * A position holds one batch (a frame of the embedded log). A tree root is the sequence of the batches under it, three
 * bits each, so two roots agree up to the shorter one exactly where the numbers do.
 *
 *   default       one-process store: a lock, frames, flushes, power loss        -DMANY  compare-and-set on the head
 *   -DCRASHES=n   kills and power losses together      -DFAULTS=n  failing calls      -DDAMAGE=n  frames that rot
 *   -DSTEALS=n    the lock of a one-process store taken away, so that two write and each has one by the file system
 *   -DHEADS=n     heads records                        -DTRACE     print every action and the state after it
 *   -DLIVENESS    the claim that everything is sealed and published in the end        -DMUTATE_...  see README.md
 */
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef FAULTS
#define FAULTS 1
#endif
#ifndef DAMAGE
#define DAMAGE 0
#endif
#ifndef HEADS
#define HEADS 1
#endif

#define P 4                  /* positions: genesis, two events, one heads record */
#define NOBODY 2

/* ---- what is on the medium ---- */
#define NOTHING 0
#define CACHED 1             /* written: a kill leaves it, a power loss may not */
#define DROPPED 2            /* its flush failed: it reads well, but the kernel will never write it again */
#define TORN 3
#define FLUSHED 4
#define MISPLACED 5          /* a whole frame whose position is not the one that is next: written by whoever knew less */
byte state[P];
byte id[P];                  /* 1, 2: events of clients; GENESIS; HEADS_RECORD */
byte batch[P];               /* 1 to 7: never used twice, so another attempt is another leaf */
byte durableBefore[P];
byte length = 1;
byte nextBatch = 2;
byte mark = 1;               /* the file `durable`: how far readers of other processes may read */
short tiles = 1;             /* tree that the durable tiles cover */
short latestSeen = 1;        /* checkpoints/latest as a process reads it, and as a power loss leaves it at worst */
short latestKept = 1;
short published = 1;
short publishedKept = 1;
short kept[P + 1];           /* checkpoints/<size> */
short keptKept[P + 1];
byte lock = NOBODY;          /* whose lock the path leads to */

#define GENESIS 3
#define HEADS_RECORD 4

/* ---- who appends ---- */
#define WANTS 0
#define WAITS 1
#define TOLD 2
#define REFUSED 3
byte client[3];              /* clients 1 and 2, each with one event */
byte toldPosition[3];
byte headsLeft = HEADS;

/* ---- a process that writes: what it has in memory ---- */
#define DOWN 0
#define RECOVERED 1          /* log open */
#define RESTORING 2          /* index caught up, restoreTree under way */
#define SEALING_FIRST 3      /* what was unsealed is sealed before anything is admitted */
#define OPEN 4
byte mode[2];
bool failed[2];              /* the store takes no append until reopened */
byte head[2];
byte indexed[2];
byte step[2];                /* of the committer */
byte request[2];
byte at[2];                  /* where the append under way goes */
byte seal[2];                /* step of the sealer */
short edge[2];               /* sealed tree, which is the last signed checkpoint of this handle */
byte known[2];               /* edge and unsealed leaves together */
byte headsSizes[2];          /* bit n: n is a heads size in the unsealed range */
byte runEnd[2];
byte target[2];
bool unpublished[2];
byte readPublished[2];       /* what restoreTree read: the published size, the last signed checkpoint */
short readSigned[2];

/* steps of the committer */
#define IDLE 0
#define DECIDE 1
#define ADMITTED 2
#define WRITTEN 3
#define DURABLE 4
#define MARKED 5
#define MOVED 6
#define LOOKED 7             /* the lock was looked at, nothing written yet */
/* steps of the sealer */
#define WRITE_TILES 1
#define KEEP 2
#define KEEP_FLUSH 3
#define SWAP 4
#define SWAP_FLUSH 5
#define PUBLISH 6
#define PUBLISH_FLUSH 7
#define LOOK 8               /* restoreTree, at opening and for taking over: read what is published, then what is signed */
#define LOOK_SIGNED 9
#define REPUBLISH 10
#define TAKE 11

/* ---- faults left, and what only the invariants look at ---- */
byte crashes = CRASHES;
byte faults = FAULTS;
byte damage = DAMAGE;
#ifdef STEALS
byte steals = STEALS;
byte written[2];             /* batch of the append under way */
#endif
bool damaged;
bool refused;                /* a writer was refused: LOG_CORRUPT, TREE_DIVERGED */
bool rebooted;               /* power was lost and no writer has restored the tree since */
bool setAsideVouched;
bool halfCounted;
short seen = 1;              /* the largest checkpoint that anybody has seen published */

/* ---- roots and sizes ---- */
#define SIZE(root) (((root) > 0) + ((root) > 7) + ((root) > 63) + ((root) > 511))
#define CUT(root, n) ((root) & ((1 << (3 * (n))) - 1))
#define EXTENDS(root, other) (CUT(root, SIZE(other)) == (other))
#define LOG (batch[0] | (batch[1] << 3) | (batch[2] << 6) | (batch[3] << 9))
#define ROOT(n) CUT(LOG, n)
#define FIRST_BUT(good) (!good(0) -> 0 : (!good(1) -> 1 : (!good(2) -> 2 : (!good(3) -> 3 : 4))))
#define FLUSHED_AT(i) (state[i] == FLUSHED)
#define WHOLE(i) (state[i] == CACHED || state[i] == DROPPED || state[i] == FLUSHED)
#ifdef MUTATE_HALF_FRAMES_COUNT
#define READS_WELL(i) (state[i] != NOTHING)
#else
#define READS_WELL(i) WHOLE(i)
#endif
#define durableSize FIRST_BUT(FLUSHED_AT)
#define readableSize FIRST_BUT(READS_WELL)
#define MAX(a, b) ((a) > (b) -> (a) : (b))
#define IS_HEADS(w, n) ((headsSizes[w] >> (n)) & 1)
/* What a writer sees when it looks: its own lock under the path, and a log as long as it left it. */
#ifdef STEALS
#ifdef MUTATE_ONLY_SET
#define HELD(w) true
#else
#define HELD(w) (lock == w)
#endif
#define ALONE(w, size) (lock == w && length == size)
#ifdef MUTATE_NO_SECOND_LOOK
#define SECOND_LOOK(w) true
#else
#ifdef MUTATE_NOT_READ_BACK
#define SECOND_LOOK(w) ALONE(w, head[w] + 1)
#else
#define SECOND_LOOK(w) (ALONE(w, head[w] + 1) && batch[head[w]] == written[w])
#endif
#endif
#else
#define HELD(w) true
#endif
#ifdef STEALS
#define READY_TO_WRITE LOOKED
#else
#define READY_TO_WRITE ADMITTED
#endif

#ifdef TRACE
mtype = {
  did_append, did_append_fails, did_catch_up, did_catch_up_again, did_commit, did_commit_refused, did_damage, did_decide,
  did_flush, did_flush_fails, did_give_up, did_keep, did_keep_flush, did_kill, did_look, did_lose, did_look_signed,
  did_look_up, did_open, did_power_loss, did_publish, did_publish_flush, did_republish, did_seal,
  did_seal_fails, did_seal_refused, did_steal, did_submit, did_survive, did_swap, did_swap_flush, did_take, did_tear, did_vanish,
  did_write, did_write_refused, did_write_tiles
};
#define SAY(what, w, n) printf("step %e %d %d\n", what, w, n)
#define SHOW(w) printf("state %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d\n", length, durableSize, client[1], client[2], SIZE(latestSeen), SIZE(published), mode[w], failed[w], head[w], indexed[w], SIZE(edge[w]), known[w], refused, id[1], id[2], id[3])
#else
#define SAY(what, w, n) skip
#define SHOW(w) skip
#endif

#include "committer.pml"
#include "sealer.pml"
#include "faults.pml"
#include "invariants.pml"

init {
  atomic {
    state[0] = FLUSHED; id[0] = GENESIS; batch[0] = 1;
    run Committer(0); run Sealer(0);
#ifndef ONE_WRITER
    run Committer(1); run Sealer(1);
#endif
    run Surroundings(); run Invariants();
  }
}
