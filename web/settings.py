"""What an operator may set, read once from the environment: where the data, the key and the address are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Paths are as given, relative ones count from the working directory.

    The key never lies in the data folder: a copied folder or a stolen backup must not open itself.
    """

    data: Path
    key_file: Path
    database_url: str
    host: str
    port: int
    certificate: Path | None
    certificate_key: Path | None
    proxy: bool
    hosts: tuple[str, ...] = ()  # names under which the pages may be asked for; none given: any
    idle: timedelta = timedelta(minutes=30)  # a session that nobody uses ends
    session: timedelta = timedelta(hours=12)  # and at the latest then
    second_factor: bool = True  # asked of positions that decide
    grace: timedelta = timedelta(days=14)  # so long after it is first asked for

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        data = Path(environment.get("KETNAP_DATA", "var"))
        certificate = environment.get("KETNAP_CERTIFICATE")
        certificate_key = environment.get("KETNAP_CERTIFICATE_KEY")
        return cls(
            data=data,
            key_file=Path(environment.get("KETNAP_KEY_FILE", "keys/ketnap.key")),
            database_url=environment.get("KETNAP_DATABASE_URL", f"sqlite:///{data / 'ketnap.db'}"),
            host=environment.get("KETNAP_HOST", "127.0.0.1"),
            port=int(environment.get("KETNAP_PORT", "8470")),
            certificate=Path(certificate) if certificate else None,
            certificate_key=Path(certificate_key) if certificate_key else None,
            proxy=environment.get("KETNAP_PROXY", "") == "1",
            hosts=tuple(environment.get("KETNAP_HOSTS", "").replace(",", " ").split()),
            idle=timedelta(minutes=int(environment.get("KETNAP_IDLE_MINUTES", "30"))),
            session=timedelta(hours=int(environment.get("KETNAP_SESSION_HOURS", "12"))),
            second_factor=environment.get("KETNAP_SECOND_FACTOR", "on") != "off",
            grace=timedelta(days=int(environment.get("KETNAP_SECOND_FACTOR_DAYS", "14"))),
        )

    @property
    def embedded(self) -> bool:
        """True on SQLite: one machine, one data folder."""
        return self.database_url.startswith("sqlite")

    @property
    def loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def plain(self) -> bool:
        """True where pages go over plain HTTP: only on loopback, without a certificate or a proxy."""
        return self.loopback and not self.certificate and not self.proxy

    @property
    def known_hosts(self) -> list[str] | None:
        """Names that are answered; on loopback only its own: no other site can point its name here."""
        if self.hosts:
            return list(self.hosts)
        return ["localhost", "127.0.0.1", "[::1]"] if self.plain else None
