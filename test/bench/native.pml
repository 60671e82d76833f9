/*
 * A port by hand of `check native --guest vfork-exit --faults none --clones 4`: what somebody would write who knows the
 * protocol and Promela. N threads of one process call clone(CLONE_VM | CLONE_VFORK) at the same time; each child calls
 * exit_group; its SIGCHLD merges into one that is still pending, and whichever thread can takes it.
 * The export of the same system is compared with it: states, and states a second.
 */
#define N 4

byte pending;      /* whose SIGCHLD is pending for the process; 0 for none */
byte tid[N];       /* each child has one of its own */
bit started[N];
bit suspended[N];  /* its caller waits in vfork */
byte notice[N];    /* 1 pending, 2 taken by a handler; 0 also where it merged into another */

inline get_signal() {
  d_step { pending != 0; notice[pending - 1] = 2; pending = 0 }
}

active [N] proctype caller() {
clone:
  if
  :: pending == 0 -> goto K2
  :: get_signal(); goto clone
  fi;
K2:
  if
  :: d_step { pending == 0; tid[_pid] = _pid + 1; suspended[_pid] = 1 }; goto K3
  :: pending != 0 -> goto clone
  fi;
K3:
  started[_pid] = 1;
K5:
  suspended[_pid] == 0;
run_guest:
  if
  :: pending == 0 -> goto idle
  :: get_signal(); goto run_guest
  fi;
idle:
  get_signal();
  goto idle
}

active [N] proctype child() {
  started[_pid - N] == 1;
exit_group:
  true;
K6:
  true;
K7d:
  suspended[_pid - N] = 0;
K7e:
  true;
K9:
  d_step {
    if
    :: pending == 0 -> pending = _pid - N + 1; notice[_pid - N] = 1
    :: else
    fi
  }
dead:
  false
}
