"""The process is killed for real, at every statement, commit, send and receive of a whole refund.

    plays.py     the refunds that are played, and what must come of them
    life.py      one life of the program: open, repeat the clerk's wishes, work until nothing is due
    points.py    the places where a life may end, numbered as it comes by them
    wallet.py    a wallet whose truth lies in a file of its own, so that it outlives the program
    world.py     the disk: ledger and wallet file, set up, kept and put back
    remains.py   what a death leaves, as one digest
    classes.py   all ordered pairs, each recovery played once for all deaths that leave the same
    judge.py     what must be true of ledger and wallet after every restart, and at the end
    nursery.py   forks lives from a warm process, and lets them die
    planted.py   programs with a known mistake, which must be caught

`python -m tests.crashes` runs it; `docs/reliability/crashes.md` says what was found.
"""
