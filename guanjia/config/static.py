"""Static files: by names that carry their content's hash, so browsers keep them for good."""

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedWhereCollected(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no stubs
    """Hashed names where collectstatic has run; plain ones until then (tests, a developer's machine)."""

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file."""
        address: str = (
            super().url(name, force) if self.hashed_files else StaticFilesStorage.url(self, name)
        )
        return address
