"""What an operator may set, read once from the environment: where the data, the key and the address are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
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
        )

    @property
    def embedded(self) -> bool:
        """True on SQLite: one machine, one data folder."""
        return self.database_url.startswith("sqlite")

    @property
    def loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}
