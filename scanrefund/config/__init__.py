"""TOML and environment become the rooms' own settings; every fault is reported at once.

Nothing needs a file. The file is `--config PATH`, else SCANREFUND_CONFIG, else `scanrefund.toml` in the
data folder if it is there; `SCANREFUND_LIMITS__AMOUNT_CAP_FEN=…` overrides one key. No room reads
configuration: each defines its own settings type, filled here and handed over by `assemble.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from scanrefund.config.document import Document
from scanrefund.config.problems import Problem, of_pydantic
from scanrefund.config.sandbox_folder import sandbox_wallets
from scanrefund.config.settings import PageSettings, Settings, settings_of
from scanrefund.config.sources import config_file, data_folder, overlay, read_toml
from scanrefund.errors import ConfigFault
from scanrefund.say.catalogue import Catalogue
from scanrefund.say.gaps import fill

# `postgresql://user:password@host`: the part that nobody needs to read.
_PASSWORD: Final = re.compile(r"(://[^:/@]*:)[^@]*@")

__all__ = ["PageSettings", "Settings", "data_folder", "effective", "load", "sandbox_wallets"]


def load(path: Path | None = None, language: str | None = None) -> Settings:
    """The settings in force. `language` overrides the file's. Raises ConfigFault with every problem."""
    home = data_folder()
    document, base = _document(path, home, language)
    return settings_of(document, home, base)


def effective(path: Path | None = None) -> tuple[Path | None, dict[str, Any]]:
    """The file read, and every key in force as `section.key` → value. Raises ConfigFault like `load`.

    The value of "auto" is None; a password in the ledger's address is masked.
    """
    home = data_folder()
    document, _ = _document(path, home, None)
    file, _ = config_file(path, home)
    keys = _flat(document.model_dump(), "") | {"ledger.url": _PASSWORD.sub(r"\1***@", document.ledger.url)}
    # A wallet that is not set up has no keys at all.
    return file, {key: value for key, value in keys.items() if not (value is None and "wallets." in key)}


def _flat(tables: dict[str, Any], prefix: str) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tables.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


def _document(path: Path | None, home: Path, language: str | None) -> tuple[Document, Path]:
    """The validated file with the environment laid over it, and the folder its paths are relative to."""
    file, problems = config_file(path, home)
    tables: dict[str, Any] = {}
    if file:
        tables, problems = read_toml(file)
    tables = overlay(tables, os.environ)
    if language:
        tables["language"] = language
    base = file.parent if file else home
    document, wrong = _validated(tables, base)
    # A file that cannot be read leaves nothing to say about its keys.
    problems = problems or wrong
    if problems or document is None:
        raise _fault(problems, tables.get("language"))
    return document, base


def _validated(tables: dict[str, Any], base: Path) -> tuple[Document | None, list[Problem]]:
    wallets = tables.get("wallets")
    wallets = wallets if isinstance(wallets, dict) else {}
    real = wallets.get("mode") == "real"
    missing = [Problem("wallets", "no_wallet")] if real and not {"wechat", "alipay"} & wallets.keys() else []
    try:
        document = Document.model_validate(tables, context={"base": base, "real": real})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, of_pydantic(details) + missing
    return document, missing + _lease_problem(document) + _payer_problem(document)


def _lease_problem(document: Document) -> list[Problem]:
    """A lease shorter than one trip would let a second worker set out while the first is still away."""
    if document.dispatch.lease_s > document.http.deadline_s:
        return []
    return [Problem("dispatch.lease_s", "at_least", {"ge": document.http.deadline_s + 1})]


def _payer_problem(document: Document) -> list[Problem]:
    """A rule that is switched on but can never ask would only look like protection."""
    wechat = document.wallets.wechat
    if document.wallets.mode == "sandbox" or not document.limits.payer_match:
        return []
    if wechat is not None and wechat.apiv2_key_file is not None:
        return []
    return [Problem("limits.payer_match", "payer_match_key")]


def _fault(problems: list[Problem], language: object) -> ConfigFault:
    """The problems as sentences, in the language the configuration itself asks for."""
    catalogue = Catalogue.load(language if isinstance(language, str) else "")
    fault = ConfigFault(
        [
            f"{it.place}: {fill(catalogue.get(f'problem.{it.cause}') or it.cause, it.gaps, catalogue)}"
            for it in problems
        ]
    )
    fault.details["language"] = catalogue.language
    return fault
