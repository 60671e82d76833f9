---- MODULE toy ----
\* 6 states
EXTENDS Integers, Sequences
VARIABLE s

Init ==
  s = [
    P_pc |-> "lock",
    C_pc |-> "",
    lock |-> "",
    queue |-> <<>>,
    free |-> TRUE
  ]

\* P:lock
P_lock ==
  \/ /\ s.P_pc = "lock"
     /\ s' = [s EXCEPT !.P_pc = "create", !.lock = "P", !.queue = <<0>>]
  \/ /\ s.P_pc = "lock"
     /\ s' = [s EXCEPT !.P_pc = "create", !.lock = "P", !.queue = <<1>>]

\* P:create
P_create ==
  \/ /\ s.P_pc = "create"
     /\ s' = [s EXCEPT !.P_pc = "", !.C_pc = "start"]

\* C:start
C_start ==
  \/ /\ s.C_pc = "start"
     /\ s.queue = <<0>>
     /\ s' = [s EXCEPT !.C_pc = "", !.free = FALSE]

Next ==
  \/ P_lock
  \/ P_create
  \/ C_start

no_use_after_free ==
  ~(
  \/ /\ s.C_pc = "start"
     /\ s.queue = <<1>>
  )

====
INIT Init
NEXT Next
CHECK_DEADLOCK FALSE
\* INVARIANT no_use_after_free
