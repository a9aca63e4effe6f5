"""The suite's database: migrated by its owner, then used as the run-time login would."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from guanjia.core.sealing.keys import create


@pytest.fixture(scope="session", autouse=True)
def _keys(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the suite a key ring and a files folder of its own."""
    settings.SECRETS_DIR = tmp_path_factory.mktemp("secrets")
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    create(settings.SECRETS_DIR)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Go on as the app login once the owner has migrated and granted."""
    app_role = os.environ.get("GUANJIA_TEST_APP_ROLE", settings.GUANJIA_APP_ROLE)
    connection = connections["default"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = app_role
        yield
        connection.close()
        del connection.settings_dict["OPTIONS"]["assume_role"]
