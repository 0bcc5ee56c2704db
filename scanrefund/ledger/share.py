"""Is a folder on a network share? SQLite's locks do not hold there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_NETWORK_KINDS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "glusterfs", "ceph"}
)


def network_share_of(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of network file system `folder` lies on, or an empty text.

    Reads Linux's mount table; where there is none (Windows, macOS) only UNC paths are told.
    """
    resolved = folder.resolve()
    if str(resolved).startswith("\\\\"):
        return "UNC"
    if not mounts.exists():
        return ""
    kinds = [line.split()[1:3] for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    holding = [(point, kind) for point, kind in kinds if resolved.is_relative_to(point.replace("\\040", " "))]
    if not holding:
        return ""
    kind = max(holding, key=lambda mount: len(mount[0]))[1]
    return kind if kind in _NETWORK_KINDS or kind.startswith("fuse.sshfs") else ""
