"""Settings: environment variables `VIALCHECK_…`, each with a safe default."""

import logging
import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from service.accounts.actors import OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.invitations import MAY_FOUND_CLINICS
from service.accounts.sign_in.identity_provider import IdentityProvider
from service.errors import ErrorCode, RefusedError
from service.outgoing.settings import SECRETS as TEXT_SECRETS
from service.outgoing.settings import TextMessageSettings
from service.resources import data_folder
from service.storage.backup.service import BackupPlaces
from service.storage.database import Database
from service.verification.clock import Clock

_SECRET = TEXT_SECRETS | {"secret_key", "oidc_client_secret", "metrics_token"}
_IN_FILES = _SECRET | {"database_url", "smtp_url", "rate_limit"}
"""Settings that may be in a file, as container engines hand secrets over: they hold passwords."""

_log = logging.getLogger(__name__)
_MOST_PROCESSES = 4
"""The most processes that the default starts: each takes as much memory as the first."""

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# Health checks ask from the machine itself.

_PASSWORD = re.compile(r"(?<=//)([^:@]*):.*@")


class Settings(TextMessageSettings):
    """What an operator may change. `vialcheck settings` prints these with their values."""

    model_config = SettingsConfigDict(env_prefix="VIALCHECK_", frozen=True, extra="ignore")

    data: Path = Field(
        default_factory=data_folder,
        description="The folder for all that is kept: records, key, lists on their way. Where it is not set: "
        "data beside the code of a checkout, else the platform's folder for this user.",
    )
    database_url: str = Field(
        default_factory=lambda given: f"sqlite:///{given['data'] / 'vialcheck.db'}",
        description="Where the records are: sqlite:////path, or postgresql://user:password@host/name. "
        "Empty: vialcheck.db in the data folder.",
    )
    public_url: str = Field(
        "",
        description="The address that printed QR codes open, such as https://check.example.org. "
        "Empty: the address of the request.",
    )
    host: str = Field("127.0.0.1", description="The address to listen on; 0.0.0.0 is all of them.")
    port: int = Field(8000, ge=1, le=65535, description="The port to listen on.")
    hosts: str = Field(
        "",
        description="Host names under which the service is reached, beside the public address's own: "
        "check.example.org, other.example.org. Requests for other hosts are refused; empty: none is.",
    )
    threads: int = Field(2, ge=1, le=64, description="How many checks a process works on at once.")
    workers: int = Field(
        0, ge=0, le=32, description="How many processes answer. 0: one for each core, at most four."
    )
    loss_window: float = Field(
        1.0,
        ge=0.05,
        le=1.0,
        description="A stranger's check may be lost when the machine dies within so many seconds of it. "
        "A clinic's is on disk before it is answered.",
    )
    wait: float = Field(2.5, gt=0, le=30, description="Seconds to wait for a busy database before saying so.")
    files: Path = Field(
        default_factory=lambda given: given["data"] / "files",
        description="Where the lists lie that people send, while they are on their way. Empty: files in the "
        "data folder.",
    )
    outside_responders: Path | None = Field(
        None, description="A file: whose responders are asked about products without records here."
    )
    watched: Path | None = Field(
        None, description="A folder of folders that others fill with lists, each with a profile.toml."
    )
    max_upload_bytes: int = Field(
        200_000_000, ge=1024, description="A larger list is refused; send it in parts."
    )
    work: bool = Field(
        True, description="Whether the server also does the work behind imports; else run vialcheck work."
    )
    max_request_bytes: int = Field(
        64 * 1024, ge=1024, description="Larger requests are refused (no page takes files yet)."
    )

    secret_key: str = Field(
        "",
        description="At least 32 random characters, with which the secrets of code generators are sealed. "
        "Empty: a file beside the database, made when it is first needed.",
    )
    oidc_issuer: str = Field(
        "",
        description="An OpenID Connect provider to sign in with, such as https://login.example.org. "
        "The address to register there is /sign-in/organisation/back under the public one.",
    )
    oidc_client_id: str = Field("", description="What that provider knows this service as.")
    oidc_client_secret: str = Field("", description="And the secret that goes with it.")
    proxies: int = Field(
        0,
        ge=0,
        le=8,
        description="How many proxies of your own stand in front: so many of the addresses in "
        "X-Forwarded-For (-Proto, -Host) are believed.",
    )
    rate_limit: str = Field(
        "on",
        description="How much one network or organisation may ask: on keeps the budgets in a file that all "
        "processes of this host share, valkey://host:port for all hosts, off has no limit (for tests).",
    )
    rate_limit_factor: float = Field(
        1.0, gt=0, le=1000, description="All budgets are larger (2) or smaller (0.5) by this factor."
    )
    places_database: str = Field(
        "",
        description="A database of where addresses are, in MaxMind's format (.mmdb). Empty: a check comes "
        "from the country that its asker names.",
    )

    smtp_url: str = Field(
        "",
        description="The mail server that digests and invitations go out by: smtp://host:port, "
        "smtps://user:password@host. Empty: no e-mail is sent.",
    )
    mail_from: str = Field("", description="The address that digests and invitations come from.")

    clinic_inviters: str = Field(
        "manufacturer,distributor,regulator",
        description="Whose administrators may invite clinics, separated by commas; empty: only the operator "
        "(vialcheck admin create).",
    )
    webhook_hosts: str = Field(
        "",
        description="Hosts inside your own network that webhooks and digests may be posted to, separated by "
        "commas. Every other webhook has to have a public address.",
    )

    log: Literal["auto", "json", "text"] = Field(
        "auto", description="How log lines are written; auto: text for a terminal, JSON else."
    )
    log_requests: bool = Field(
        False, description="Whether answered requests are logged, too; refused ones always are."
    )
    metrics_token: str = Field(
        "",
        description="What a program on another machine has to send to read /metrics "
        "(Authorization: Bearer …). Empty: only this machine may.",
    )

    metrics_folder: Path | None = Field(
        None,
        description="Where the processes of a service share their metrics. Empty: a folder that "
        "`vialcheck serve` makes and takes away again.",
    )

    connection_name: str = Field(
        "vialcheck",
        description="Under which PostgreSQL lists the connections: `vialcheck serve` puts there what several "
        "hosts have to share.",
    )

    @field_validator("database_url", "data", "files", "outside_responders", mode="before")
    @classmethod
    def _default_for_empty(cls, value: object, info: ValidationInfo) -> object:
        """What a container file sets to nothing is not set."""
        if value == "" and info.field_name is not None:
            return cls.model_fields[info.field_name].get_default(
                call_default_factory=True, validated_data=info.data
            )
        return value

    @field_validator("data", "files")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("clinic_inviters")
    @classmethod
    def _kinds(cls, value: str) -> str:
        named = {each.strip() for each in value.split(",") if each.strip()}
        if not named <= set(MAY_FOUND_CLINICS):
            raise ValueError(f"expected some of {', '.join(sorted(MAY_FOUND_CLINICS))}, separated by commas")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("expected an address that starts with https:// or http://")
        return value.rstrip("/")

    @property
    def trusted_hosts(self) -> frozenset[str]:
        """The host names that a request may name, without ports. Empty: any.

        Where only a public address is set any will do, because every link is under that address.
        """
        named = [_host_name(each) for each in self.hosts.split(",") if each.strip()]
        if not named:
            return frozenset()
        public = [urlsplit(self.public_url).hostname or ""] if self.public_url else []
        return frozenset((*named, *public, *_THIS_MACHINE))

    def open_database(self, *, by_any_clock: bool = False) -> Database:
        """Open the database and migrate it to this version's schema.

        UnavailableError(CLOCK_IN_DOUBT) where the machine's clock is not believed (`by_any_clock`: open it
        all the same): what a command puts on record would bear its time.
        """
        database = Database(self.database_url, wait_seconds=self.wait)
        try:
            database.migrate()
            if not by_any_clock:
                Clock.of(database).now()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def processes(self) -> int:
        """How many processes answer: a check keeps a core busy, and Python uses one at a time."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return self.workers or min(_MOST_PROCESSES, cores or 1)

    @property
    def provider(self) -> IdentityProvider | None:
        """The OpenID Connect provider; None where none is configured."""
        if not self.oidc_issuer:
            return None
        return IdentityProvider(self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)

    @property
    def inviters(self) -> frozenset[OrganisationKind]:
        """The kinds of organisations that may invite clinics."""
        return frozenset(
            OrganisationKind(each.strip()) for each in self.clinic_inviters.split(",") if each.strip()
        )

    @property
    def private_webhooks(self) -> frozenset[str]:
        """The hosts of `webhook_hosts`."""
        return frozenset(each.strip().lower() for each in self.webhook_hosts.split(",") if each.strip())

    def secret_box(self) -> SecretBox:
        """What seals and opens the secrets that are kept in the database."""
        return SecretBox(self.secret_key, self.secret_file)

    @property
    def backup_places(self) -> BackupPlaces:
        """What a backup of this service holds. The database is open, and not migrated."""
        database = Database(self.database_url, wait_seconds=self.wait)
        has_key = bool(self.secret_key) or self.secret_file.exists()
        mark = self.secret_box().derived("backup mark").hex()[:16] if has_key else ""
        return BackupPlaces(database, self.files, None if self.secret_key else self.secret_file, mark)

    @property
    def secret_file(self) -> Path:
        """Where the encryption key is kept when it is not set."""
        return self.beside_records / "vialcheck.key"

    @property
    def beside_records(self) -> Path:
        """The folder for what is kept beside the records: of SQLite's file, else the data folder."""
        file = Database.file_of(self.database_url)
        return file.parent if file is not None else self.data

    def described(self) -> Iterator[tuple[str, str, str]]:
        """Yield each setting: the variable's name, its value without passwords, its description."""
        fields = type(self).model_fields
        inherited = TextMessageSettings.model_fields
        for name in (*(each for each in fields if each not in inherited), *inherited):
            value = str(getattr(self, name))
            if name == "database_url":
                value = Database.shown(value)
            elif name in {"smtp_url", "rate_limit"}:
                value = _PASSWORD.sub(r"\1:***@", value)
            elif name in _SECRET and value:
                value = "(set)"
            yield f"VIALCHECK_{name.upper()}", value, fields[name].description or ""


def _host_name(host: str) -> str:
    """The name in `name`, `name:port` or `[::1]:port`, in small letters."""
    return urlsplit(f"//{host.strip().lower()}").hostname or ""


def is_loopback(host: str) -> bool:
    """Whether a host, without a port, is this machine's own address that no other machine reaches."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def misspelt() -> list[tuple[str, str]]:
    """Variables `VIALCHECK_…` that are no settings, each with the setting that may be meant, or empty."""
    known = {f"VIALCHECK_{name.upper()}" for name in Settings.model_fields}
    known |= {f"VIALCHECK_{name.upper()}_FILE" for name in _IN_FILES}
    strange = [name for name in os.environ if name.upper().startswith("VIALCHECK_")]
    return [
        (name, next(iter(get_close_matches(name.upper(), known, 1, cutoff=0.8)), ""))
        for name in sorted(strange)
        if name.upper() not in known
    ]


def _from_files() -> dict[str, str]:
    """The settings whose value is in a file that VIALCHECK_…_FILE names, without the line's end.

    RefusedError(SETTING_INVALID) where it cannot be read, or the setting itself is set as well.
    """
    found = {}
    for name in sorted(_IN_FILES):
        variable = f"VIALCHECK_{name.upper()}"
        path = os.environ.get(f"{variable}_FILE", "")
        if not path:
            continue
        if os.environ.get(variable):
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given=path,
                expected=f"no {variable} beside it",
                field=f"{variable}_FILE",
            )
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given=path,
                expected="a file of text that this user can read",
                found=str(error),
                field=f"{variable}_FILE",
            ) from error
    return found


def load() -> Settings:
    """Return the settings of this process; RefusedError(SETTING_INVALID) names the invalid variable."""
    for name, meant in misspelt():
        _log.warning("%s is not a setting%s", name, f": {meant} is one" if meant else "")
    try:
        settings = Settings(**_from_files())  # type: ignore[arg-type]  # values are read as variables are
    except ValidationError as error:
        first = error.errors()[0]
        raise RefusedError(
            ErrorCode.SETTING_INVALID,
            given=str(first.get("input", "")),
            expected=first["msg"],
            field=f"VIALCHECK_{str(first['loc'][0]).upper()}",
        ) from error
    _require_records_of_before(settings)
    return settings


def _require_records_of_before(settings: Settings) -> None:
    """RefusedError(SETTING_INVALID) where an empty database or a new key would take the place of one that
    lies at a path that depends on the folder of the start.
    """
    here, file = Path.cwd() / "data", Database.file_of(settings.database_url)
    by_default = settings.model_fields_set.isdisjoint({"data", "database_url"})
    of_server = file is None and ("data" not in settings.model_fields_set or settings.data == here.parent)
    kept = file if by_default and file else settings.secret_file
    if (by_default or of_server) and not kept.exists() and (here / kept.name).exists():
        raise RefusedError(
            ErrorCode.SETTING_INVALID,
            given=str(settings.data),
            expected=f"the folder of the records of before: VIALCHECK_DATA={here}",
            found=f"{here / kept.name}, and no {kept}",
            field="VIALCHECK_DATA",
        )
    if file is not None and not file.is_absolute() and not file.exists():
        raise RefusedError(
            ErrorCode.SETTING_INVALID,
            given=Database.shown(settings.database_url),
            expected=f"a whole path, such as sqlite:///{file.absolute()}, that is the same in every folder",
            found="no records there",
            field="VIALCHECK_DATABASE_URL",
        )
