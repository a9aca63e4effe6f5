"""The suite's database: migrated by its owner, then used as the run-time login would."""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from guanjia.core.sealing.keys import create

# Nothing timed is asserted: machines are shared.
hypothesis_settings.register_profile("guanjia", deadline=None)
hypothesis_settings.load_profile("guanjia")


BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def _keys(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the suite a key ring and a files folder of its own."""
    settings.SECRETS_DIR = tmp_path_factory.mktemp("secrets")
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    create(settings.SECRETS_DIR)


@pytest.fixture(autouse=True)
def _witness(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a witness of its own: what one test issued is no loss to the next."""
    monkeypatch.setattr(settings, "WITNESS", tmp_path_factory.mktemp("witness"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Go on as the app login once the owner has migrated and granted."""
    app_role = os.environ.get("GUANJIA_TEST_APP_ROLE", settings.GUANJIA_APP_ROLE)
    connection = connections["default"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = app_role
        # Emptying the tables after a test is no migration: nothing needs granting again.
        post_migrate.receivers.clear()
        yield
        connection.close()
        del connection.settings_dict["OPTIONS"]["assume_role"]


@pytest.fixture
def app_login(transactional_db: None) -> Iterator[psycopg.Connection]:
    """Yield a connection of the genuine app login, which is no member of the owner: RESET ROLE leads nowhere."""
    with _app_connection() as connection:
        yield connection


@pytest.fixture
def other_app_login(transactional_db: None) -> Iterator[psycopg.Connection]:
    """Yield a second one, for races."""
    with _app_connection() as connection:
        yield connection


def _app_connection() -> psycopg.Connection:
    address = urlsplit(os.environ["GUANJIA_TEST_APP_URL"])
    database = connections["default"].settings_dict["NAME"]
    return psycopg.connect(address._replace(path=f"/{database}").geturl(), autocommit=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for the whole run; without it the journeys are skipped and the run says so."""
    chromium = os.environ.get("GUANJIA_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("NO CHROMIUM: the browser journeys do not run")
    # Playwright's event loop runs in this thread; the tests' own queries are no danger to it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
