"""The known thing beside login: how many hashes of the service's cost one core makes in a second, and nothing else."""

from __future__ import annotations

import os
import sys
from time import perf_counter

from argon2 import PasswordHasher

if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    began, number = perf_counter(), 0
    while perf_counter() - began < float(sys.argv[2]):
        hasher.hash("the engine weaves patterns")
        number += 1
    sys.stdout.write(f"{number / (perf_counter() - began)}\n")
