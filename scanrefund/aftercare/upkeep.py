"""What the self test looks at beside cameras and wallets: folder, disk, copies, faults, network.

Each look is good, bad, or not taken (None); then its cause and what its sentence needs.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scanrefund.aftercare.daily_backup import newest
from scanrefund.aftercare.printer import Printer, PrinterSettings
from scanrefund.errors import NetworkFault
from scanrefund.http import Http
from scanrefund.model.wallet import Wallet

Look = tuple[bool | None, str, Mapping[str, object]]

# A year of a busy counter's ledger and its backups; below it the day may end in the middle of a refund.
DISK_FREE_BYTES_MIN: Final = 200_000_000
# The worker makes one each day; a closed Sunday between two is no reason to worry.
BACKUP_AGE_MAX: Final = timedelta(days=2)
# A fault of last week has been seen by now; one of today may come again.
FAULT_AGE_MAX: Final = timedelta(days=1)
# Slower than that, clerks press keys twice.
LATENCY_MS_MAX: Final = 2_000


def data_folder(home: Path) -> Look:
    """Ours alone: the ledger and the keys lie here."""
    gaps = {"path": home}
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False, "not_writable", gaps
    if not os.access(home, os.W_OK | os.X_OK):
        return False, "not_writable", gaps
    # Windows keeps its own access lists; the mode says nothing there.
    if os.name != "nt" and stat.S_IMODE(home.stat().st_mode) & 0o077:
        return False, "open_to_others", gaps
    return True, "good", gaps


def disk_space(home: Path) -> Look:
    """Room for the ledger to grow."""
    try:
        free = shutil.disk_usage(home).free
    except OSError:
        return None, "not_looked", {}
    gaps = {"free_mb": free // 1_000_000, "least_mb": DISK_FREE_BYTES_MIN // 1_000_000}
    return free >= DISK_FREE_BYTES_MIN, "good" if free >= DISK_FREE_BYTES_MIN else "short", gaps


def printer(settings: PrinterSettings) -> Look:
    """Whether the receipt printer answers; refunds go on without one. Raises PrinterFault with its cure."""
    if not settings.place:
        return None, "not_set_up", {}
    Printer(settings).reach()
    return True, "good", {"place": settings.place}


def backup(folder: Path | None, now: datetime) -> Look:
    """How old the newest copy of the ledger is."""
    if folder is None:
        return None, "not_looked", {}
    found = newest(folder)
    if found is None:
        return False, "none", {"path": folder}
    age = now - datetime.fromtimestamp(found.stat().st_mtime, UTC)
    old = age > BACKUP_AGE_MAX
    return not old, "old" if old else "good", {"file": found.name, "age_s": max(int(age.total_seconds()), 0)}


def faults(home: Path, now: datetime) -> Look:
    """Whether the program met a fault lately that nobody foresaw."""
    log = home / "crash.log"
    try:
        age = now - datetime.fromtimestamp(log.stat().st_mtime, UTC)
    except OSError:
        return True, "good", {}
    recent = age <= FAULT_AGE_MAX
    return (
        not recent,
        "recent" if recent else "good",
        {"path": log, "age_s": max(int(age.total_seconds()), 0)},
    )


def network(http: Http, addresses: Mapping[Wallet, str]) -> Look:
    """Name, connection and TLS to each wallet, and how long its server takes to answer anything."""
    slowest_ms = 0
    for wallet, address in addresses.items():
        begun = time.monotonic()
        try:
            http.exchange("GET", address + "/", headers={})
        except NetworkFault:
            return False, "away", {"wallet": wallet.value}
        slowest_ms = max(slowest_ms, int((time.monotonic() - begun) * 1000))
    if not addresses:
        return None, "not_set_up", {}
    slow = slowest_ms > LATENCY_MS_MAX
    return not slow, "slow" if slow else "good", {"latency_ms": slowest_ms}
