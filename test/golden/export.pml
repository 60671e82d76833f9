/*
 * 6 states
 */
bit C_pc;
byte queue;

/* P: a task */
active proctype P() {
  bit lock;
at_lock:
  if
  :: d_step {
       true;
       lock = 1;
       queue = 1;
     }; goto at_create /* lock (0) */
  :: d_step {
       true;
       lock = 1;
       queue = 2;
     }; goto at_create /* lock (1) */
  fi;
at_create:
  if
  :: d_step {
       true;
       C_pc = 1;
     }; goto at_nowhere /* create */
  fi;
at_nowhere:
  false;
}

/* C: a task */
active proctype C() {
  bit free;
at_nowhere_or_start:
  if
  :: d_step {
       C_pc == 1 && queue != 0;
       if
       :: queue == 1 ->
         C_pc = 0;
         free = 1;
       :: else ->
         assert(false) /* breaks no-use-after-free of queue */;
       fi;
     }; goto at_nowhere_or_start /* start */
  fi;
}
/*
 * What the numbers mean.
 *
 * C_pc is C.pc:
 *   0 ""
 *   1 "start"
 * lock is lock:
 *   0 ""
 *   1 "P"
 * queue is queue:
 *   0 []
 *   1 [0]
 *   2 [1]
 * free is free:
 *   0 true
 *   1 false
 */
