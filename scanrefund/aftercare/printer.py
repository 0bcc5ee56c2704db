"""The receipt printer: bytes to a device file or a network port, with a deadline.

A printer that is away, off or out of paper is a trouble of its own: no refund waits for it or hears of it.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scanrefund.errors import PrinterFault, os_cause

CHUNK_BYTES: Final = 512
# The port of every receipt printer on a network (JetDirect).
DEFAULT_PORT: Final = 9100
DUMMY: Final = "dummy"


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """Where the printer is: a device's path, `host:port`, `dummy`, or empty for none.

    `dummy` prints into `dummy_file`, to look at what a printer would get. `columns` are of half a Chinese
    character: 32 on paper of 58 mm, 48 on 80 mm. `has_drawer`: the printer opens a cash drawer.
    """

    place: str = ""
    columns: int = 48
    code_as_picture: bool = False
    deadline_s: int = 10
    has_drawer: bool = False
    dummy_file: Path = Path("printed.bin")


class Printer:
    """One printer. The constructor opens nothing."""

    def __init__(self, settings: PrinterSettings) -> None:
        self.settings = settings

    def print(self, data: bytes) -> None:
        """Hand everything over. Raises PrinterFault: printer_none, printer_away (nothing was printed),
        printer_stopped (some of it may have been).
        """
        place = self.settings.place
        if not place:
            raise PrinterFault("printer_none")
        if place == DUMMY:
            self.settings.dummy_file.write_bytes(data)
        elif place.startswith(("/", "\\\\")):
            self._to_device(place, data)
        else:
            self._to_network(place, data)

    def reach(self) -> None:
        """Open the printer and let go of it: nothing is printed. Raises PrinterFault like `print`."""
        if self.settings.place != DUMMY:
            self.print(b"")

    def _to_device(self, path: str, data: bytes) -> None:
        """To `/dev/usb/lp0` or a Windows share; never to a file that is not there yet."""
        try:
            flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            handle = os.open(path, flags)
        except OSError as error:
            raise PrinterFault("printer_away", place=path, cause=os_cause(error)) from error
        try:
            self._write_all(handle, data)
        except OSError as error:
            raise PrinterFault("printer_stopped", place=path, cause=os_cause(error)) from error
        finally:
            os.close(handle)

    def _write_all(self, handle: int, data: bytes) -> None:
        """A printer without paper takes nothing for hours: what is not taken by the deadline is given up."""
        until = time.monotonic() + self.settings.deadline_s
        while data:
            left_s = until - time.monotonic()
            # Windows waits for sockets only; there the share itself has a deadline.
            waits = os.name != "nt"
            if left_s <= 0 or (waits and not select.select([], [handle], [], left_s)[1]):
                raise TimeoutError(errno.ETIMEDOUT, "")
            data = data[os.write(handle, data[:CHUNK_BYTES]) :]

    def _to_network(self, place: str, data: bytes) -> None:
        host, _, port = place.rpartition(":")
        deadline_s = self.settings.deadline_s
        try:
            line = socket.create_connection((host.strip("[]"), int(port)), timeout=deadline_s)
        except OSError as error:
            raise PrinterFault("printer_away", place=place, cause=os_cause(error)) from error
        with line:
            try:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
            except OSError as error:
                raise PrinterFault("printer_stopped", place=place, cause=os_cause(error)) from error
