"""`scanrefund sandbox`: what stops it is a fault with a sentence, not a traceback."""

from __future__ import annotations

import os
import socket
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from scanrefund.cli.main import app
from scanrefund.cli.sandbox import sandbox
from scanrefund.errors import Fault
from scanrefund.sandbox.server import start
from scanrefund.say.speak import say_fault


def rehearse(**options: Any) -> None:
    sandbox(typer.Context(get_command(app)), **options)


def sentence(language: str, fault: Fault) -> str:
    """The fault's sentence in a language, its gaps filled."""
    catalogue = files("scanrefund.say") / language / "sandbox.toml"
    texts = tomllib.loads(catalogue.read_text("utf-8"))
    return str(texts["fault"][fault.code]["text"]).format(**fault.details)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Fault, match="sandbox_port_in_use") as caught:
            rehearse(port=port, folder=tmp_path)
    assert caught.value.exit_code == 2
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert str(port) in sentence(language, caught.value)


def test_a_folder_that_is_served_already_is_named(tmp_path: Path) -> None:
    with start(tmp_path), pytest.raises(Fault, match="sandbox_folder_in_use") as caught:
        rehearse(port=0, folder=tmp_path)
    assert str(tmp_path) in sentence("en", caught.value)


@pytest.mark.parametrize("content", ["{", "[]", '{"base_url": "http://127.0.0.1:1"}', '"x"'])
def test_a_damaged_description_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "sandbox.json").write_text(content)
    with pytest.raises(Fault, match="sandbox_folder_damaged"):
        rehearse(port=0, folder=tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="the error text of this system differs")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Fault, match="sandbox_folder_unusable") as caught:
        rehearse(port=0, folder=tmp_path / "file" / "sandbox")
    assert "a part of the path is no folder" in say_fault(caught.value, "en")


@pytest.mark.parametrize("host", ["192.0.2.7", "example.invalid", "::1", ""])
def test_an_address_that_is_not_ours_is_named(tmp_path: Path, host: str) -> None:
    with pytest.raises(Fault, match="sandbox_host_not_ours") as caught:
        rehearse(port=0, folder=tmp_path, host=host)
    assert caught.value.exit_code == 2
    assert host in sentence("en", caught.value)
