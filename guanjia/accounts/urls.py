"""Addresses of signing in, one's own account, the first run and the staff of a community."""

from django.urls import include, path

from guanjia.accounts.views import home, me, setup, sign_in, staff

app_name = "accounts"

_staff = [
    path("", staff.index, name="staff"),
    path("new/", staff.new, name="staff-new"),
    path("events/", staff.events, name="staff-events"),
    path("proposals/", staff.proposals, name="staff-proposals"),
    path(
        "proposals/<int:proposal_id>/confirmation/", staff.confirmation, name="staff-confirmation"
    ),
    path("proposals/<int:proposal_id>/refusal/", staff.refusal, name="staff-refusal"),
    path("<int:user_id>/", staff.detail, name="staff-member"),
    path("<int:user_id>/grants/", staff.grants, name="staff-grants"),
    path(
        "<int:user_id>/grants/<int:grant_id>/revocation/", staff.revocation, name="staff-revocation"
    ),
    path("<int:user_id>/deactivation/", staff.deactivation, name="staff-deactivation"),
    path("<int:user_id>/reactivation/", staff.reactivation, name="staff-reactivation"),
    path("<int:user_id>/password-reset/", staff.password_reset, name="staff-password-reset"),
    path(
        "<int:user_id>/second-factor-reset/",
        staff.second_factor_reset,
        name="staff-second-factor-reset",
    ),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("setup/", setup.setup, name="setup"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/second-factor/", sign_in.second_factor, name="second-factor"),
    path("sign-in/new-password/", sign_in.new_password, name="new-password"),
    path("sign-in/link/", sign_in.link, name="sign-in-link"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("switch/", sign_in.switch, name="switch"),
    path("me/", me.index, name="me"),
    path("me/confirmation/", me.confirmation, name="confirmation"),
    path("me/keys/", me.keys, name="keys"),
    path("me/password/", me.password, name="password"),
    path("me/pin/", me.pin, name="pin"),
    path("me/authenticator/", me.authenticator, name="authenticator"),
    path("me/passkeys/", me.passkeys, name="passkeys"),
    path("me/factors/<int:factor_id>/removal/", me.factor_removal, name="factor-removal"),
    path("me/recovery-codes/", me.recovery_codes, name="recovery-codes"),
    path("<slug:community>/staff/", include(_staff)),
]
