"""The use cases of accounts over one database, created once per process."""

from dataclasses import dataclass

from service.accounts.actors import OrganisationKind
from service.accounts.audit_trail import AuditTrail
from service.accounts.credentials.api_keys import ApiKeys
from service.accounts.credentials.passkeys import Passkeys
from service.accounts.credentials.second_factor import SecondFactors
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.devices.enrolment import EnrolledDevices
from service.accounts.devices.pins import DevicePins
from service.accounts.invitations import MAY_FOUND_CLINICS, Invitations
from service.accounts.people import People
from service.accounts.sign_in.identity_provider import IdentityProvider
from service.accounts.sign_in.service import SignIn
from service.accounts.sign_in.sessions import Sessions
from service.accounts.sign_in.single_sign_on import SingleSignOn
from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class AccountServices:
    """The account services that views and commands call."""

    sessions: Sessions
    factors: SecondFactors
    passkeys: Passkeys
    sign_in: SignIn
    devices: EnrolledDevices
    pins: DevicePins
    people: People
    invitations: Invitations
    keys: ApiKeys
    audit: AuditTrail
    single_sign_on: SingleSignOn | None

    @classmethod
    def of(
        cls,
        database: Database,
        seal: SecretBox,
        provider: IdentityProvider | None = None,
        *,
        inviters: frozenset[OrganisationKind] = MAY_FOUND_CLINICS,
    ) -> "AccountServices":
        """Create them over `database`; single sign-on only where a provider is configured.

        `inviters`: the kinds of organisations whose admins may invite clinics.
        """
        invitations = Invitations(database, inviters=inviters)
        sessions, factors = Sessions(database), SecondFactors(database, seal)
        devices = EnrolledDevices(database)
        return cls(
            sessions=sessions,
            factors=factors,
            passkeys=Passkeys(database),
            sign_in=SignIn(database, sessions, factors),
            devices=devices,
            pins=DevicePins(database, devices, sessions),
            people=People(database),
            invitations=invitations,
            keys=ApiKeys(database),
            audit=AuditTrail(database),
            single_sign_on=SingleSignOn(database, invitations, provider) if provider else None,
        )
