/* Opening the log, and appends: embedded-log-store.ts, recover-log.ts, writer.ts, committer.ts. */

inline forget(w) {
  mode[w] = DOWN; failed[w] = false; head[w] = 0; indexed[w] = 0; step[w] = IDLE; at[w] = 0;
  if :: request[w] == 1 || request[w] == 2 -> if :: client[request[w]] == WAITS -> client[request[w]] = WANTS :: else fi
     :: else
  fi;
  request[w] = 0; seal[w] = IDLE; edge[w] = 0; known[w] = 0; headsSizes[w] = 0; runEnd[w] = 0; target[w] = 0;
  unpublished[w] = false; readPublished[w] = 0; readSigned[w] = 0;
  if :: lock == w -> lock = NOBODY :: else fi
}

/* recoverLog: vouched is below the highest durableBefore of any valid frame, or below a signed checkpoint. */
inline recover(w) {
  d_step {
    good = readableSize; truly = SIZE(latestSeen); vouched = 0; i = 0;
    do
    :: i < length ->
       if :: kept[i + 1] != 0 -> truly = MAX(truly, i + 1) :: else fi;
       if :: WHOLE(i) || state[i] == MISPLACED ->
             truly = MAX(truly, durableBefore[i]);
#ifdef MUTATE_SCAN_STOPS_AT_DAMAGE
             if :: i < good -> vouched = MAX(vouched, durableBefore[i]) :: else fi
#else
             vouched = MAX(vouched, durableBefore[i])
#endif
          :: else
       fi;
       i++
    :: else -> break
    od;
#ifndef MUTATE_SEALED_SIZE_IGNORED
    vouched = MAX(vouched, SIZE(latestSeen)); i = 1;
    do :: i <= P -> if :: kept[i] != 0 -> vouched = MAX(vouched, i) :: else fi; i++ :: else -> break od;
#endif
    if
    :: good < vouched -> refused = true
#ifdef MUTATE_TORN_TAIL_IS_DAMAGE
    :: good >= vouched && good < length -> refused = true
#endif
    :: else ->
       if :: good < truly -> setAsideVouched = true :: else fi;
       i = good;
       do :: i < length -> state[i] = NOTHING; id[i] = 0; batch[i] = 0; durableBefore[i] = 0; i++ :: else -> break od;
       length = good; i = 0;
       do
       :: i < length ->
          if :: state[i] == TORN -> halfCounted = true; state[i] = FLUSHED :: else fi;
#ifndef MUTATE_NOT_FLUSHED_AT_OPENING
          if :: state[i] == CACHED -> state[i] = FLUSHED
#ifndef MUTATE_NOT_REWRITTEN_AT_OPENING
             /* Written again before the flush: the kernel took it for clean. */
             :: state[i] == DROPPED -> state[i] = FLUSHED
#endif
             :: else
          fi;
#endif
          i++
       :: else -> break
       od;
#ifndef MUTATE_CHECKPOINTS_NOT_FLUSHED
       latestKept = latestSeen; i = 0;
       do :: i <= P -> keptKept[i] = kept[i]; i++ :: else -> break od;
#endif
       lock = w; mode[w] = RECOVERED; mark = length; head[w] = length
    fi;
    good = 0; truly = 0; vouched = 0; i = 0
  }
}

/* The id of a request among what the index has applied; P where it is not there. */
inline look_up(w, found) {
  found = P; i = 0;
#ifdef MUTATE_IDS_NOT_LOOKED_UP
  i = P;
#endif
  do :: i < indexed[w] && i < length -> if :: id[i] == request[w] && request[w] != HEADS_RECORD -> found = i :: else fi; i++
     :: else -> break
  od;
  i = 0
}

inline tell(w, position) {
  if :: request[w] == 1 || request[w] == 2 -> client[request[w]] = TOLD; toldPosition[request[w]] = position :: else fi;
  request[w] = 0; step[w] = IDLE; at[w] = 0
}

inline put(w, how) {
  state[length] = how; id[length] = request[w]; batch[length] = nextBatch; at[w] = length;
  durableBefore[length] = length; nextBatch++; length++;
  assert(nextBatch <= 8)
}

/* Sealer.committed: leaves that a taken-over tree covers already are left out. */
inline leaves_to(w, from, size) {
  i = from;
  do :: i < size ->
        if :: i >= known[w] -> known[w] = i + 1; if :: id[i] == HEADS_RECORD -> headsSizes[w] = headsSizes[w] | (1 << (i + 1)) :: else fi
           :: else
        fi;
        i++
     :: else -> break
  od;
  i = 0
}

inline commit(w) {
  leaves_to(w, at[w], at[w] + 1);
  head[w] = at[w] + 1; indexed[w] = MAX(indexed[w], head[w]);
  tell(w, at[w])
}

/* The answer is an error, or is lost: the store takes nothing more until it is opened again. */
inline fail_store(w) {
  faults--; failed[w] = true;
  if :: request[w] == 1 || request[w] == 2 -> client[request[w]] = WANTS :: else fi;
  request[w] = 0; step[w] = IDLE; at[w] = 0
}

#ifdef STEALS
/* Frames are appended: behind whatever is there, also where that is not where they belong. */
inline append_frame(w) {
#ifdef MUTATE_WRITTEN_OVER
  if
  :: length > head[w] -> state[head[w]] = CACHED; id[head[w]] = request[w]; batch[head[w]] = nextBatch; at[w] = head[w];
     durableBefore[head[w]] = head[w]; nextBatch++; assert(nextBatch <= 8)
  :: else -> put(w, CACHED)
  fi;
#else
  found = (length == head[w] -> CACHED : MISPLACED);
  put(w, found);
  if :: found == MISPLACED -> durableBefore[at[w]] = head[w] :: else fi;
  found = 0;
#endif
  written[w] = batch[at[w]]; step[w] = WRITTEN
}

/* LEDGER_TAKEN_AWAY: nothing is acknowledged, and nothing more is written until it is opened again. */
inline taken_away(w) {
  failed[w] = true;
  if :: request[w] == 1 || request[w] == 2 -> client[request[w]] = WANTS :: else fi;
  request[w] = 0; step[w] = IDLE; at[w] = 0
}
#endif

inline decide(w, found) {
  look_up(w, found);
  if
#ifdef MANY
  :: indexed[w] != head[w] -> step[w] = MOVED
  :: indexed[w] == head[w] && found < P && length != head[w] -> step[w] = MOVED
  :: indexed[w] == head[w] && found < P && length == head[w] -> tell(w, found)
  :: indexed[w] == head[w] && found == P -> step[w] = ADMITTED
#else
  :: found < P -> tell(w, found)
  :: else -> step[w] = ADMITTED
#endif
  fi;
  found = 0
}

inline catch_up_again(w) {
  leaves_to(w, head[w], length); head[w] = length; indexed[w] = length; step[w] = DECIDE
}

proctype Committer(byte w) {
  byte good, truly, vouched, i, found;
end:
  do
  /* --- opening --- */
#ifdef MANY
  :: d_step { mode[w] == DOWN && !refused -> mode[w] = RECOVERED; SAY(did_open, w, 0); SHOW(w) }
#else
  :: atomic { mode[w] == DOWN && lock == NOBODY && !refused -> recover(w); SAY(did_open, w, 0); SHOW(w) }
#endif
  /* The index may be anywhere behind the log, or gone; it is caught up before anything is decided. */
  :: atomic { mode[w] == RECOVERED ->
#ifdef MANY
       head[w] = length;
#endif
#ifdef MUTATE_INDEX_NOT_CAUGHT_UP
       indexed[w] = 1;
#else
       indexed[w] = head[w];
#endif
       SAY(did_catch_up, w, 0);
       seal[w] = LOOK; mode[w] = RESTORING; SHOW(w)
     }
  /* --- a request --- */
  :: atomic { mode[w] == OPEN && !failed[w] && step[w] == IDLE && client[1] == WANTS ->
       client[1] = WAITS; request[w] = 1; step[w] = DECIDE; SAY(did_submit, w, 1); SHOW(w) }
  :: atomic { mode[w] == OPEN && !failed[w] && step[w] == IDLE && client[2] == WANTS ->
       client[2] = WAITS; request[w] = 2; step[w] = DECIDE; SAY(did_submit, w, 2); SHOW(w) }
  :: atomic { mode[w] == OPEN && !failed[w] && step[w] == IDLE && headsLeft > 0 ->
       headsLeft--; request[w] = HEADS_RECORD; step[w] = DECIDE; SAY(did_submit, w, HEADS_RECORD); SHOW(w) }
  :: atomic { step[w] == DECIDE ->
       decide(w, found);
#ifdef TRACE
       /* Not to be told apart from outside. */
       if :: step[w] == MOVED -> catch_up_again(w); decide(w, found) :: else fi;
#endif
       SAY(did_decide, w, 0); SHOW(w)
     }
#ifdef MANY
  :: atomic { step[w] == ADMITTED && length < P ->
       if
#ifdef MUTATE_HEAD_NOT_COMPARED
       :: true -> put(w, FLUSHED); step[w] = WRITTEN
#else
       :: length == head[w] -> put(w, FLUSHED); step[w] = WRITTEN
#ifdef MUTATE_HEAD_MOVED_IS_TOLD
       :: else -> found = request[w]; tell(w, P); if :: found < GENESIS -> client[found] = REFUSED :: else fi; found = 0
#else
       :: else -> step[w] = MOVED
#endif
#endif
       fi;
       SAY(did_append, w, 0); SHOW(w)
     }
  :: atomic { step[w] == WRITTEN -> commit(w); SAY(did_commit, w, 0); SHOW(w) }
  :: atomic { step[w] == WRITTEN && faults > 0 -> fail_store(w); SAY(did_append_fails, w, 1); SHOW(w) }
  :: atomic { step[w] == ADMITTED && faults > 0 -> fail_store(w); SAY(did_append_fails, w, 0); SHOW(w) }
  :: atomic { step[w] == MOVED ->
       catch_up_again(w);
#ifdef TRACE
       decide(w, found);
#endif
       SAY(did_catch_up_again, w, 0); SHOW(w)
     }
#else
#ifdef STEALS
#ifdef TRACE
  /* The look and the write have nothing between them that could be held up from outside. */
  :: atomic { step[w] == ADMITTED && length < P ->
       if :: ALONE(w, head[w]) -> append_frame(w); SAY(did_write, w, 0)
          :: else -> taken_away(w); SAY(did_write_refused, w, 0)
       fi;
       SHOW(w)
     }
#else
  :: atomic { step[w] == ADMITTED -> if :: ALONE(w, head[w]) -> step[w] = LOOKED :: else -> taken_away(w) fi }
  :: atomic { step[w] == LOOKED && length < P -> append_frame(w) }
#endif
  /* Somebody may have set it aside since. */
  :: atomic { step[w] == WRITTEN ->
       if :: at[w] < length && batch[at[w]] == written[w] && state[at[w]] == CACHED -> state[at[w]] = FLUSHED :: else fi;
       step[w] = DURABLE; SAY(did_flush, w, 0); SHOW(w) }
  :: atomic { step[w] == DURABLE && !SECOND_LOOK(w) -> taken_away(w); SAY(did_commit_refused, w, 0); SHOW(w) }
  /* Acknowledged where it claims to be. */
#ifdef TRACE
  :: atomic { step[w] == DURABLE && SECOND_LOOK(w) -> at[w] = head[w]; mark = at[w] + 1; commit(w); SAY(did_commit, w, 0); SHOW(w) }
#else
  :: atomic { step[w] == DURABLE && SECOND_LOOK(w) -> at[w] = head[w]; step[w] = MARKED }
  :: atomic { step[w] == MARKED -> if :: at[w] < length -> mark = at[w] + 1 :: else fi; commit(w) }
#endif
#else
  :: atomic { step[w] == ADMITTED && length < P ->
       put(w, CACHED); step[w] = WRITTEN;
#ifdef MUTATE_TOLD_BEFORE_FLUSH
       if :: request[w] != HEADS_RECORD -> client[request[w]] = TOLD; toldPosition[request[w]] = at[w] :: else fi;
#endif
#ifdef MUTATE_MARK_BEFORE_FLUSH
       mark = length;
#endif
#ifdef MUTATE_SEALED_BEFORE_FLUSH
       leaves_to(w, at[w], at[w] + 1);
#endif
       SAY(did_write, w, 0); SHOW(w)
     }
  :: atomic { step[w] == WRITTEN -> state[at[w]] = FLUSHED; step[w] = DURABLE; SAY(did_flush, w, 0); SHOW(w) }
#ifdef TRACE
  /* One step for whoever watches the code from outside. */
  :: atomic { step[w] == DURABLE -> mark = at[w] + 1; commit(w); SAY(did_commit, w, 0); SHOW(w) }
#else
  :: atomic { step[w] == DURABLE -> mark = at[w] + 1; step[w] = MARKED }
  :: atomic { step[w] == MARKED -> commit(w) }
#endif
#endif
  /* ENOSPC or EIO: what was written is cut off again, or stays torn; or the flush fails, with or without its pages. */
#ifndef TRACE
  :: atomic { step[w] == ADMITTED && faults > 0 -> fail_store(w) }
  :: atomic { step[w] == READY_TO_WRITE && faults > 0 && length < P -> put(w, TORN); fail_store(w) }
#endif
  :: atomic { step[w] == WRITTEN && faults > 0 ->
       /* Not what somebody else has flushed since, or set aside. */
       if :: true :: state[at[w]] == CACHED -> state[at[w]] = DROPPED fi;
       SAY(did_flush_fails, w, (state[at[w]] == DROPPED -> 1 : 0));
       fail_store(w);
#ifdef MUTATE_APPENDS_AFTER_FAILED_FLUSH
       failed[w] = false; head[w] = length;
#endif
       SHOW(w)
     }
#endif
  /* A store that failed is given up; whoever wants to append opens again. */
  :: atomic { failed[w] && mode[w] == OPEN && step[w] == IDLE && seal[w] == IDLE -> forget(w); SAY(did_give_up, w, 0); SHOW(w) }
  od
}
