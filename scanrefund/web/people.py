"""What the page needs of the people's desk."""

from __future__ import annotations

from typing import Protocol

from scanrefund.model.staff import Permission, Secret, SignIn, Staff


class PeopleDesk(Protocol):
    """Who works here and how somebody proves to be himself."""

    def has_staff(self) -> bool:
        """Whether anybody was ever added: until then the first person who comes becomes the owner."""
        ...

    def first_owner(self, name: str, pin: Secret) -> Staff:
        """Make the owner. Raises UsageFault once there is staff, for a trivial PIN, for an empty name."""
        ...

    def names(self) -> list[Staff]:
        """Everybody who is active."""
        ...

    def sign_in(self, staff_id: str, pin: Secret) -> SignIn:
        """Whether this is that person; a wrong try is counted in the ledger."""
        ...

    def authorise(self, staff_id: str, secret: Secret, permission: Permission) -> SignIn:
        """Whether this is that person, by PIN or by the code of the moment, and may do this."""
        ...
