"""Passkeys, with a real authenticator made of a P-256 key."""

import hashlib
import json
import re
import secrets
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from guanjia.accounts.models import AccountEvent
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import (
    browser,
    forget_browser,
    is_signed_in,
    make_staff,
    sign_in,
    type_password,
)

pytestmark = pytest.mark.django_db
ORIGIN = "http://localhost"


class Authenticator:
    """What a security key does: keep a key, sign challenges for its site (WebAuthn §6)."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)

    def create(self, options, origin=ORIGIN):
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._site(options["publicKey"]["rp"]["id"], 0x41) + credential
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, origin)
        return self._answer(clientDataJSON=client, attestationObject=attested)

    def get(self, options, origin=ORIGIN):
        data = self._site(options["publicKey"]["rpId"], 0x01)
        client = self._client("webauthn.get", options, origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    @staticmethod
    def _site(rp_id, flags):
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + bytes(4)

    @staticmethod
    def _client(kind, options, origin):
        challenge = options["publicKey"]["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, **parts):
        name = websafe_encode(self.id)
        response = {part: websafe_encode(value) for part, value in parts.items()}
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )


def options_of(page):
    [options] = re.findall(r'<script type="application/json">(.+?)</script>', page.content.decode())
    return json.loads(options)


def here(address="localhost"):
    client = browser()
    client.defaults["HTTP_HOST"] = address
    return client


def enrol(client, key):
    page = reverse("accounts:passkeys")
    answer = key.create(options_of(client.get(page)))
    return client.post(page, {"name": "前台指纹", "answer": answer})


def test_enrol_and_sign_in():
    user, key = make_staff(community=make_community(), role=Role.CASHIER), Authenticator()
    client = sign_in(here(), user)
    assert enrol(client, key).content.count(b"<li><code>") == 10
    forget_browser(client)
    step = type_password(client, user)
    assert step["Location"] == reverse("accounts:second-factor")
    options = options_of(client.get(step["Location"]))
    client.post(step["Location"], {"passkey": key.get(options)})
    assert is_signed_in(client)
    kinds = AccountEvent.objects.filter(user=user, kind__startswith="code.").order_by("pk")
    tried_and_passed = ["code.try", "code.pass"]
    assert list(kinds.values_list("kind", flat=True)) == tried_and_passed, "no try is made up for"


@pytest.fixture
def waiting():
    """Somebody with a passkey between password and session, and their key."""
    user, key = make_staff(), Authenticator()
    enrol(sign_in(here(), user), key)
    client = here()
    type_password(client, user)
    return client, key


def try_with(client, answer):
    client.post(reverse("accounts:second-factor"), {"passkey": answer})
    return is_signed_in(client)


def asked(client):
    return options_of(client.get(reverse("accounts:second-factor")))


def test_another_key_does_not_pass(waiting):
    client, key = waiting
    other = Authenticator()
    other.id = key.id
    assert not try_with(client, other.get(asked(client)))
    assert try_with(client, key.get(asked(client))), "the control"


def test_another_sites_answer_does_not_pass(waiting):
    client, key = waiting
    assert not try_with(client, key.get(asked(client), origin="http://localhost.evil.example"))


def test_an_answer_serves_once(waiting):
    client, key = waiting
    answer = key.get(asked(client))
    asked(client)  # a new challenge takes the old one's place
    assert not try_with(client, answer)


@pytest.mark.parametrize("nonsense", ["x", "[]", "{}", '{"id": 1}', "null"])
def test_nonsense_does_not_pass(waiting, nonsense):
    client, _ = waiting
    asked(client)
    assert not try_with(client, nonsense)
    page = reverse("accounts:passkeys")
    other = sign_in(here(), make_staff())
    other.get(page)
    assert other.post(page, {"name": "x", "answer": nonsense}).status_code == 422
    assert other.post(page, {"name": "x", "answer": nonsense}).status_code == 422


@pytest.mark.parametrize(
    ("address", "secure", "possible"),
    [
        ("localhost", False, True),
        ("127.0.0.1", False, False),
        ("[::1]:8000", False, False),
    ],
)
def test_where_browsers_offer_none_the_page_says_so(address, secure, possible):
    client = sign_in(here(address), make_staff())
    page = client.get(reverse("accounts:passkeys")).content.decode()
    assert ("只在 https 网址或 localhost" not in page) is possible
