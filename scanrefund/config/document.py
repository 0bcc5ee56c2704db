"""What may stand in `scanrefund.toml`: every key with its default and its bounds.

The reason for each number stands beside it in `config.example.toml`; a test keeps the two alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from scanrefund.config.customers_table import Customers
from scanrefund.config.licence_table import ShopLicence, Versions
from scanrefund.config.maintenance_table import PlannedMaintenance
from scanrefund.config.notify_table import Notify
from scanrefund.config.receipt_table import Receipt
from scanrefund.config.section import Section, Whole
from scanrefund.model.evidence import EvidenceKind

AUTO = "auto"

# The catalogues have words for these; any other text of a shop stands for itself.
REASONS = ["faulty", "wrong_item", "changed_mind", "wrong_price", "paid_twice", "out_of_stock", "other"]

# The wallets' own lines for merchants, in the catalogues' words too; a shop adds its acquirer and whoever
# looks after its machine.
SUPPORT = ["wechat", "alipay"]


def _no_truth_value(value: Any) -> Any:
    """In TOML `true` is not a number, whatever Python thinks of it."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a truth value is no number")
    return value


def _auto_is_none(value: Any) -> Any:
    return None if value == AUTO else value


def _number_as_text(value: Any) -> Any:
    """`camera = 0` is what people write for the first camera."""
    return str(value) if type(value) is int else value


def _key_file(value: str, info: ValidationInfo) -> str:
    """The absolute path of a key file. It must be there, unless the wallets are only rehearsed with."""
    context = info.context or {}
    path = Path(context.get("base", ".")) / value
    if context.get("real") and not path.is_file():
        raise PydanticCustomError("key_file_missing", "no file", {"path": str(path)})
    return str(path)


def _own_key_file(value: str, info: ValidationInfo) -> str:
    """One that may be left out."""
    return _key_file(value, info) if value else ""


def _web_address(value: str) -> str:
    """Money travels over TLS only; plain http is for a loopback address."""
    try:
        parts = urlsplit(value)
    except ValueError:
        raise PydanticCustomError("web_address", "no web address") from None
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise PydanticCustomError("web_address", "no web address")
    return value.rstrip("/")


def _own_address(value: str) -> str:
    """An address that may be left out, and has no query: WeChat Pay takes none to send notices to."""
    if value and urlsplit(_web_address(value)).query:
        raise PydanticCustomError("web_address", "no web address")
    return value.rstrip("/")


Text = Annotated[str, Field(min_length=1, max_length=500)]
KeyFile = Annotated[str, Field(min_length=1), AfterValidator(_key_file)]
OwnKeyFile = Annotated[str, AfterValidator(_own_key_file)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
OwnAddress = Annotated[str, Field(max_length=256), AfterValidator(_own_address)]
Reason = Annotated[str, Field(min_length=1, max_length=40)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,12}$")]


class Shop(Section):
    id: Name = "shop1"
    name: Annotated[str, Field(max_length=60)] = ""
    counter: Name = "counter1"
    utc_offset_h: Annotated[Whole, Field(ge=-12, le=14)] = 8
    day_turns_h: Annotated[Whole, Field(ge=0, le=12)] = 0


class Wechat(Section):
    base_url: WebAddress = "https://api.mch.weixin.qq.com"
    backup_url: Annotated[OwnAddress | None, BeforeValidator(_auto_is_none)] = None
    mchid: Text
    appid: Text
    merchant_serial_no: Text
    merchant_private_key: KeyFile
    public_key_id: Text
    public_key: KeyFile
    more_keys: dict[Text, KeyFile] = {}  # noqa: RUF012  (pydantic copies it)
    apiv3_key_file: KeyFile | None = None
    apiv2_key_file: KeyFile | None = None
    notify_url: OwnAddress = ""


class Alipay(Section):
    base_url: WebAddress = "https://openapi.alipay.com"
    app_id: Text
    seller_id: Text
    app_private_key: KeyFile
    alipay_public_key: KeyFile | None = None
    app_cert: KeyFile | None = None
    alipay_root_cert: KeyFile | None = None
    alipay_cert: KeyFile | None = None
    more_alipay_certs: tuple[KeyFile, ...] = ()

    @model_validator(mode="after")
    def _one_mode(self) -> Alipay:
        """Key mode or certificate mode: Alipay lets an app have one of them."""
        certificates = (self.app_cert, self.alipay_root_cert, self.alipay_cert)
        if self.alipay_public_key is None and not all(certificates):
            raise PydanticCustomError("alipay_keys", "no keys")
        if self.alipay_public_key is not None and (any(certificates) or self.more_alipay_certs):
            raise PydanticCustomError("alipay_keys", "two modes")
        return self


class Wallets(Section):
    mode: Literal["sandbox", "real"] = "sandbox"
    sandbox_dir: str = ""
    wechat: Wechat | None = None
    alipay: Alipay | None = None


class Http(Section):
    connect_timeout_s: Annotated[Whole, Field(ge=1, le=60)] = 5
    read_timeout_s: Annotated[Whole, Field(ge=1, le=60)] = 10
    deadline_s: Annotated[Whole, Field(ge=1, le=120)] = 15
    body_bytes_max: Annotated[Whole, Field(ge=10_000, le=100_000_000)] = 1_000_000


class Ledger(Section):
    url: str = ""
    busy_timeout_s: Annotated[Whole, Field(ge=1, le=300)] = 30


class Limits(Section):
    amount_cap_fen: Annotated[Whole, Field(ge=1, le=100_000_000)] = 2_000_000
    next_day_cap_fen: Annotated[Whole, Field(ge=1, le=100_000_000)] = 2_000_000
    return_window_days: Annotated[Whole, Field(ge=1, le=3650)] = 365
    code_required: bool = True
    reason_required: bool = True
    picture_may_refund: Annotated[bool | None, BeforeValidator(_auto_is_none)] = None
    picture_age_s_max: Annotated[Whole, Field(ge=1, le=86_400)] = 60
    refund_spacing_s: Annotated[Whole | None, Field(ge=0, le=86_400), BeforeValidator(_auto_is_none)] = None
    refunds_per_order_max: Annotated[Whole, Field(ge=1, le=50)] = 50
    wallet_must_confirm_order: bool = False
    payer_match: bool = False


class People(Section):
    day_amount_fen: Annotated[Whole, Field(ge=1, le=100_000_000_000)] = 2_000_000
    day_count: Annotated[Whole, Field(ge=1, le=100_000)] = 100
    hour_amount_fen: Annotated[Whole, Field(ge=1, le=100_000_000_000)] = 1_000_000
    hour_count: Annotated[Whole, Field(ge=1, le=100_000)] = 40
    day_no_code_count: Annotated[Whole, Field(ge=0, le=100_000)] = 10
    approval_above_fen: Annotated[Whole, Field(ge=0, le=100_000_000)] = 50_000
    approval_order_age_days: Annotated[Whole, Field(ge=0, le=3650)] = 30
    approval_next_day: bool = False
    approval_repeat: bool = True
    approval_own_sale: bool = True


class Orders(Section):
    release_required: bool = False
    inbox_dir: str = ""


class Evidence(Section):
    wanted: list[EvidenceKind] = Field(default_factory=list)


class Till(Section):
    webhook_url: OwnAddress = ""
    webhook_key_file: OwnKeyFile = ""

    @model_validator(mode="after")
    def _with_a_key(self) -> Till:
        """A till that cannot tell our word from a stranger's must not act on it."""
        if self.webhook_url and not self.webhook_key_file:
            raise PydanticCustomError("till_key", "no key")
        return self


class Scan(Section):
    camera: Annotated[Text, BeforeValidator(_number_as_text)] = "0"
    watch_s_max: Annotated[Whole, Field(ge=1, le=600)] = 30
    workers: Annotated[Whole, Field(ge=0, le=256)] = 0


class Dispatch(Section):
    wait_s: Annotated[Whole, Field(ge=0, le=600)] = 20
    lease_s: Annotated[Whole, Field(ge=2, le=600)] = 30


class Counter(Section):
    port: Annotated[Whole, Field(ge=0, le=65_535)] = 8642
    reasons: Annotated[list[Reason], Field(min_length=1, max_length=9)] = REASONS
    idle_lock_s: Annotated[Whole, Field(ge=30, le=3600)] = 180
    large_amount_fen: Annotated[Whole, Field(ge=1, le=100_000_000)] = 50_000


class Backup(Section):
    folder: str = ""
    daily: bool = True
    keep: Annotated[Whole, Field(ge=1, le=1000)] = 14


class Privacy(Section):
    code_days: Annotated[Whole, Field(ge=1, le=3650)] = 30
    payer_days: Annotated[Whole, Field(ge=1, le=3650)] = 400
    account_days: Annotated[Whole, Field(ge=1, le=3650)] = 180
    photo_days: Annotated[Whole, Field(ge=1, le=3650)] = 180


class Support(Section):
    contacts: Annotated[list[Text], Field(max_length=20)] = SUPPORT


class Report(Section):
    near_percent: Annotated[Whole, Field(ge=1, le=100)] = 90
    soon_minutes: Annotated[Whole, Field(ge=1, le=1440)] = 10
    opens_hour: Annotated[Whole, Field(ge=0, le=23)] = 8
    closes_hour: Annotated[Whole, Field(ge=0, le=23)] = 22
    many_of_order: Annotated[Whole, Field(ge=2, le=50)] = 3


class Document(Section):
    """The whole file. An empty one is a complete configuration for the rehearsal."""

    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    shop: Shop = Shop()
    wallets: Wallets = Wallets()
    http: Http = Http()
    ledger: Ledger = Ledger()
    limits: Limits = Limits()
    people: People = People()
    orders: Orders = Orders()
    till: Till = Till()
    evidence: Evidence = Evidence()
    scan: Scan = Scan()
    dispatch: Dispatch = Dispatch()
    maintenance: PlannedMaintenance = PlannedMaintenance()
    counter: Counter = Counter()
    backup: Backup = Backup()
    privacy: Privacy = Privacy()
    receipt: Receipt = Receipt()
    customers: Customers = Customers()
    notify: Notify = Notify()
    report: Report = Report()
    support: Support = Support()
    licence: ShopLicence = ShopLicence()
    versions: Versions = Versions()
