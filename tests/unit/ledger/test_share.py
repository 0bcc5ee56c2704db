from __future__ import annotations

from pathlib import Path

import pytest

from scanrefund.ledger.share import network_share_of

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/shop /mnt/shop nfs4 rw 0 0
//nas/till /mnt/till\\040books cifs rw 0 0
/dev/sdb1 /mnt/shop/local ext4 rw 0 0
me@far:/ /mnt/far fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "share"),
    [
        ("/var/lib/scanrefund", ""),
        ("/mnt/shop", "nfs4"),
        ("/mnt/shop/deep/er", "nfs4"),
        ("/mnt/shopping", ""),
        ("/mnt/shop/local/ledger", ""),
        ("/mnt/till books/x", "cifs"),
        ("/mnt/far/x", "fuse.sshfs"),
    ],
)
def test_a_network_share_is_told_by_the_mount_that_holds_the_folder(
    tmp_path: Path, folder: str, share: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert network_share_of(Path(folder), mounts) == share


def test_without_a_mount_table_nothing_is_told(tmp_path: Path) -> None:
    assert network_share_of(Path("/mnt/shop"), tmp_path / "missing") == ""
