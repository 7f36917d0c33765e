"""Queries for people and courses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from lti_tool.store.account_hashes import ERASED, account_hash, account_hashes
from lti_tool.store.models import (
    Award,
    BroughtBadge,
    BulkActPerson,
    CorrectionRequest,
    Course,
    CredentialRow,
    Delivery,
    EndorsementRow,
    HandAward,
    IdentityCheck,
    IdentityCheckRefusal,
    LaunchSession,
    MailedChange,
    MailedMatter,
    MailRefusal,
    Notice,
    ObservationRow,
    Outbox,
    PathwayClaim,
    Person,
    PlatformAccount,
    PriorLearningApplication,
    RegistrationRow,
    ShareLink,
    SourceAccess,
    TeacherMailChoice,
    WalletOffer,
)
from lti_tool.store.queries import bulk_acts, prior_learning
from lti_tool.store.queries.common import FOR_UPDATE, insert_missing, is_among, is_among_few, is_possible_id
from lti_tool.values import Member


def courses(session: Session) -> Sequence[Course]:
    """All courses, in the order in which the tool met them."""
    return session.scalars(select(Course).order_by(Course.id)).all()


def course_of(session: Session, registration_id: int, context_id: str) -> Course | None:
    """The course with that context_id on the platform of the registration."""
    return session.scalar(
        select(Course).where(Course.registration_id == registration_id, Course.context_id == context_id)
    )


def courses_named(session: Session, registration_id: int, name: str) -> Sequence[Course]:
    """The courses of the platform that have this context_id or title."""
    is_it = (Course.context_id == name) | (Course.title == name)
    return session.scalars(select(Course).where(Course.registration_id == registration_id, is_it)).all()


def save_members(
    session: Session, registration_id: int, members: Iterable[Member], now: datetime
) -> Mapping[str, Person]:
    """The people of the member list by user_id, created or brought up to date; without those who were erased.

    A name, address or username that the member list does not have keeps its stored value.
    """
    members = list(members)
    people, hashed = _named_and_hashed(session, registration_id, [member.user_id for member in members])
    _name_accounts(session, registration_id, hashed)
    people |= hashed
    # Sorted: two looks at the same course that insert the same members in different orders could deadlock.
    missing = sorted({member.user_id for member in members} - people.keys())
    if missing:
        usernames = {member.user_id: member.username for member in members}
        _add_people(session, registration_id, {user_id: usernames[user_id] for user_id in missing})
        people |= people_of(session, registration_id, missing)
    people = {user_id: row for user_id, row in people.items() if row.erased_at is None}
    _save_ids(session, registration_id, [each for each in members if each.user_id in people])
    for member in members:
        row = people.get(member.user_id)
        if row is not None:
            described = (member.name or row.name, member.email or row.email)
            if described != (row.name, row.email):
                row.name, row.email = described
                # The platform's word comes before what somebody has stated of themselves.
                row.stated_name = None if row.name else row.stated_name
                row.renamed_at = now
    session.flush()
    return people


def _add_people(session: Session, registration_id: int, usernames: Mapping[str, str | None]) -> None:
    """Adds people with their accounts, by user_id with what they log in by; where another transaction adds the same
    account first, that one stays."""
    rows = [Person() for _ in usernames]
    session.add_all(rows)
    session.flush()
    accounts = [
        {"registration_id": registration_id, "user_id": user_id, "username": username, "person_id": row.id}
        for (user_id, username), row in zip(usernames.items(), rows, strict=True)
    ]
    insert_missing(session, PlatformAccount, accounts)
    for start in range(0, len(rows), 500):
        ids = [row.id for row in rows[start : start + 500]]
        used = select(PlatformAccount.person_id).where(PlatformAccount.person_id.in_(ids))
        unused = set(ids) - set(session.scalars(used))
        if unused:
            session.execute(delete(Person).where(Person.id.in_(unused)))


def _save_ids(session: Session, registration_id: int, members: Iterable[Member]) -> None:
    """Notes by what else the platform names the accounts of these members: ids of its own API, and usernames."""
    told = {each.user_id: each for each in members if each.api_id or each.username}
    user_ids = sorted(told)
    changed: list[tuple[PlatformAccount, str]] = []
    for start in range(0, len(user_ids), 500):
        accounts = session.scalars(
            select(PlatformAccount).where(
                PlatformAccount.registration_id == registration_id,
                PlatformAccount.user_id.in_(user_ids[start : start + 500]),
            )
        )
        for account in accounts:
            member = told[account.user_id]
            account.api_id = member.api_id or account.api_id
            if member.username is not None and member.username != account.username:
                changed.append((account, member.username))
    # Asked once more, and held: whoever was erased a moment ago has none.
    present = not_erased(session, {account.person_id for account, _ in changed}) if changed else set()
    for account, username in changed:
        if account.person_id in present:
            account.username = username


def people_of(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, Person]:
    """The people with those user_ids on the platform of the registration; who is unknown is left out.

    Those who were erased are among them, found by the hash that stands in the place of their user_id.
    """
    rows, hashed = _named_and_hashed(session, registration_id, user_ids)
    return rows | hashed


def _named_and_hashed(
    session: Session, registration_id: int, user_ids: Sequence[str]
) -> tuple[dict[str, Person], dict[str, Person]]:
    """Those who have the user_id, and those who have its hash in its place; by user_id."""
    rows = _people_named(session, registration_id, [each for each in user_ids if _names(each)])
    # Asked after the others: whoever is erased between the two questions is found by the second.
    hashes = account_hashes(session, registration_id, [each for each in user_ids if each not in rows])
    hashed = _people_named(session, registration_id, list(hashes))
    return rows, {hashes[named]: row for named, row in hashed.items()}


def _name_accounts(session: Session, registration_id: int, hashed: Mapping[str, Person]) -> None:
    """Puts the user_id in the place of its hash for whoever was known by that alone (`add_hashed`), and not erased."""
    for user_id, person in hashed.items():
        if person.erased_at is None:
            for account in person.accounts:
                if account.user_id == account_hash(session, registration_id, user_id):
                    account.user_id = user_id


def _names(user_id: str) -> bool:
    """Whether it can be what a platform calls somebody: what it sends never is the hash of an erased account."""
    return not user_id.startswith(ERASED)


def _people_named(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, Person]:
    # 500 at a time: databases limit the number of parameters of a query.
    rows: dict[str, Person] = {}
    for start in range(0, len(user_ids), 500):
        query = (
            select(PlatformAccount.user_id, Person)
            .join(Person, PlatformAccount.person_id == Person.id)
            .where(
                PlatformAccount.registration_id == registration_id,
                PlatformAccount.user_id.in_(user_ids[start : start + 500]),
            )
        )
        rows |= {user_id: person for user_id, person in session.execute(query)}
    return rows


def person_ids(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, int]:
    """The ids of the people with those user_ids on the platform of the registration; who is unknown is left out.

    Those who were erased are among them, as in `people_of`.
    """
    rows = _ids_named(session, registration_id, [each for each in user_ids if _names(each)])
    hashes = account_hashes(session, registration_id, [each for each in user_ids if each not in rows])
    erased = _ids_named(session, registration_id, list(hashes)) if hashes else {}
    return rows | {hashes[named]: person_id for named, person_id in erased.items()}


def _ids_named(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, int]:
    query = select(PlatformAccount.user_id, PlatformAccount.person_id).where(
        PlatformAccount.registration_id == registration_id,
        is_among(session, PlatformAccount.user_id, user_ids),
    )
    return {user_id: person_id for user_id, person_id in session.execute(query)}


def named(
    session: Session,
    registration_id: int,
    *,
    user_ids: Collection[str],
    usernames: Collection[str],
    emails: Collection[str],
) -> Sequence[PlatformAccount]:
    """The accounts on the platform that have one of the user_ids or usernames, or whose person has an address.

    Usernames are as of `claims.comparable_username`, addresses in small letters. Without those who were erased.
    """
    found: dict[str, PlatformAccount] = {}
    query = (
        select(PlatformAccount)
        .join(PlatformAccount.person)
        .options(contains_eager(PlatformAccount.person))
        .where(PlatformAccount.registration_id == registration_id, Person.erased_at.is_(None))
    )
    asked = [
        (PlatformAccount.user_id, sorted(user_ids)),
        (PlatformAccount.username, sorted(usernames)),
        (func.lower(Person.email), sorted(emails)),
    ]
    for column, values in asked:
        for start in range(0, len(values), 500):
            part = [value for value in values[start : start + 500] if value]
            rows = session.scalars(query.where(column.in_(part))) if part else ()
            found |= {account.user_id: account for account in rows}
    return [account for _, account in sorted(found.items())]


def person_of(session: Session, registration_id: int, user_id: str) -> Person | None:
    """The person with that user_id on the platform of the registration."""
    return people_of(session, registration_id, [user_id]).get(user_id)


def observed_in(
    session: Session, registration_id: int, course_id: int, kind: str | None = None
) -> dict[str, int]:
    """The ids, by user_id, of everybody of whom anything, or anything of this kind, was observed in the course."""
    observed = select(ObservationRow.person_id).where(ObservationRow.course_id == course_id).distinct()
    if kind is not None:
        observed = observed.where(ObservationRow.kind == kind)
    query = select(PlatformAccount.user_id, PlatformAccount.person_id).where(
        PlatformAccount.registration_id == registration_id,
        is_among_few(session, PlatformAccount.person_id, observed),
    )
    return {user_id: person_id for user_id, person_id in session.execute(query)}


def accounts_in(session: Session, registration_id: int, course_id: int) -> dict[str, tuple[int, str | None]]:
    """The person ids and usernames, by user_id, of everybody of whom anything was observed in the course."""
    observed = select(ObservationRow.person_id).where(ObservationRow.course_id == course_id).distinct()
    query = select(PlatformAccount.user_id, PlatformAccount.person_id, PlatformAccount.username).where(
        PlatformAccount.registration_id == registration_id,
        is_among_few(session, PlatformAccount.person_id, observed),
    )
    return {user_id: (person_id, username) for user_id, person_id, username in session.execute(query)}


def api_ids_in(session: Session, registration_id: int, course_id: int) -> dict[str, str]:
    """The ids that the platform's own API has, by user_id, of those of whom anything was observed in the course."""
    observed = select(ObservationRow.person_id).where(ObservationRow.course_id == course_id).distinct()
    query = select(PlatformAccount.user_id, PlatformAccount.api_id).where(
        PlatformAccount.registration_id == registration_id,
        PlatformAccount.api_id.is_not(None),
        is_among_few(session, PlatformAccount.person_id, observed),
    )
    return {user_id: api_id for user_id, api_id in session.execute(query) if api_id is not None}


def user_id_of(session: Session, registration_id: int, course_id: int, api_id: str) -> str | None:
    """The user_id of the person whom the platform's own API calls so, among those observed in the course.

    None where there is nobody, or more than one.
    """
    observed = exists().where(
        ObservationRow.course_id == course_id, ObservationRow.person_id == PlatformAccount.person_id
    )
    query = select(PlatformAccount.user_id).where(
        PlatformAccount.registration_id == registration_id, PlatformAccount.api_id == api_id, observed
    )
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def api_id_of(session: Session, registration_id: int, person_id: int) -> str | None:
    """The id that the platform's own API has of the person; None where it is not known, or they have several."""
    query = select(PlatformAccount.api_id).where(
        PlatformAccount.person_id == person_id,
        PlatformAccount.registration_id == registration_id,
        PlatformAccount.api_id.is_not(None),
    )
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def course_by_api_id(session: Session, registration_id: int, api_id: str) -> Course | None:
    """The course that the platform's own API calls so; None where there is none, or more than one."""
    query = select(Course).where(Course.registration_id == registration_id, Course.api_id == api_id)
    found = session.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def user_ids_in(session: Session, registration_id: int, course_id: int) -> dict[int, str]:
    """The user_ids, by person id, of everybody about whom anything was observed in the course."""
    found = observed_in(session, registration_id, course_id)
    return {person_id: user_id for user_id, person_id in found.items()}


def only_accounts_of(registration_id: int) -> Select[int]:
    """The query for the ids of the people who have an account on that platform, and on no other.

    Without those who have applied for recognition of prior learning: that goes on without any platform.
    """
    elsewhere = select(PlatformAccount.person_id).where(PlatformAccount.registration_id != registration_id)
    return select(PlatformAccount.person_id).where(
        PlatformAccount.registration_id == registration_id,
        PlatformAccount.person_id.not_in(elsewhere),
        PlatformAccount.person_id.not_in(select(PriorLearningApplication.person_id)),
    )


def people(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    """The people with those ids."""
    rows: dict[int, Person] = {}
    ids = sorted(person_ids)
    for start in range(0, len(ids), 500):
        found = session.scalars(select(Person).where(Person.id.in_(ids[start : start + 500])))
        rows |= {row.id: row for row in found}
    return rows


def people_found(session: Session, number_or_address: str) -> Sequence[Person]:
    """The person with that number, or everybody with that e-mail address; without those who were erased."""
    query = select(Person).where(Person.erased_at.is_(None)).order_by(Person.id)
    if number_or_address.isdecimal():
        number = int(number_or_address)
        return session.scalars(query.where(Person.id == number)).all() if is_possible_id(number) else []
    return session.scalars(query.where(func.lower(Person.email) == number_or_address.lower())).all()


def with_stated_names(session: Session, course_id: int) -> Sequence[Person]:
    """The people with an award in the course who have stated a name that nobody has answered yet."""
    awarded = select(Award.person_id).where(Award.course_id == course_id)
    query = select(Person).where(
        Person.stated_name.is_not(None), Person.name.is_(None), is_among_few(session, Person.id, awarded)
    )
    return session.scalars(query.order_by(Person.id)).all()


def not_erased(session: Session, person_ids: Collection[int]) -> set[int]:
    """Those of the people who were not erased. Until the transaction ends, nobody erases them.

    SELECT ... FOR KEY SHARE, which whoever inserts a row of a person takes anyway.
    """
    found: set[int] = set()
    ids = sorted(person_ids)
    for start in range(0, len(ids), 500):
        query = select(Person.id).where(Person.id.in_(ids[start : start + 500]), Person.erased_at.is_(None))
        locked = query.order_by(Person.id).with_for_update(read=True, key_share=True)
        found.update(session.scalars(locked))
    return found


def lock_person(session: Session, person_id: int) -> Person:
    """Locks the row (SELECT ... FOR UPDATE) and returns it reloaded: nothing new can refer to it meanwhile.

    Raises NoResultFound where there is none.
    """
    return session.get_one(Person, person_id, with_for_update=True, populate_existing=True)


def courses_with(session: Session, person_id: int) -> Sequence[int]:
    """The ids of the courses in which anything was observed of the person, or awarded to them; in ascending order."""
    observed = select(ObservationRow.course_id).where(ObservationRow.person_id == person_id)
    awarded = select(Award.course_id).where(Award.person_id == person_id)
    found = {*session.scalars(observed), *session.scalars(awarded)}
    return sorted(course_id for course_id in found if course_id is not None)


def accounts_hashed_as(session: Session, hashes: Collection[str]) -> dict[str, PlatformAccount]:
    """The accounts whose hash is one of these, by it, erased or not: every account is hashed to find them."""
    wanted = set(hashes)
    found: dict[str, int] = {}
    query = select(PlatformAccount.id, PlatformAccount.registration_id, PlatformAccount.user_id)
    for account_id, registration_id, user_id in session.execute(query.execution_options(yield_per=1000)):
        is_hashed = user_id.startswith(ERASED)
        hashed = user_id if is_hashed else account_hash(session, registration_id, user_id)
        if hashed in wanted:
            found[hashed] = account_id
    return {hashed: session.get_one(PlatformAccount, account_id) for hashed, account_id in found.items()}


def add_erased(session: Session, accounts: Sequence[tuple[int, str]], erased_at: datetime) -> None:
    """Adds somebody of whom only their erasure is known: the registrations and hashes of their accounts.

    An account of a registration that is not there is left out: its platform was removed.
    """
    person = add_hashed(session, accounts)
    if person is not None:
        person.erased_at = erased_at


def add_hashed(session: Session, accounts: Sequence[tuple[int, str]]) -> Person | None:
    """Adds somebody of whom only the registrations and hashes of accounts are known, until a platform names them.

    As `add_erased`; None where no registration of them is there.
    """
    there = {id for id, _ in accounts if session.get(RegistrationRow, id) is not None}
    if not there:
        return None
    person = Person()
    session.add(person)
    session.flush()
    for registration_id, hashed in accounts:
        if registration_id in there:
            session.add(PlatformAccount(registration_id=registration_id, user_id=hashed, person_id=person.id))
    return person


def running_courses(session: Session, course_ids: Collection[int], now: datetime) -> Sequence[int]:
    """The ids of those of these courses that have not ended, as far as their platforms say."""
    goes_on = Course.concluded_at.is_(None) & (Course.ends_at.is_(None) | (Course.ends_at > now))
    return session.scalars(select(Course.id).where(Course.id.in_(course_ids), goes_on)).all()


def delete_all_of(session: Session, person_id: int) -> int:
    """Deletes what was observed of, awarded and sent to the person, and their sessions; how many credentials that were.

    The row of the person stays. Of the credentials `removed_credentials.note_removed` keeps what is to stay: that comes
    before. Their entries in status lists stay taken.
    """
    awards = session.scalars(select(Award.id).where(Award.person_id == person_id)).all()
    ids = session.scalars(select(CredentialRow.id).where(CredentialRow.award_id.in_(awards))).all()
    session.flush()
    bulk_acts.delete_person(session, person_id)
    prior_learning.delete_of_person(session, person_id)
    delete_awards(session, awards, ids)
    for table, of_them in (
        (MailedChange, MailedChange.person_id == person_id),
        (HandAward, HandAward.person_id == person_id),
        (ObservationRow, ObservationRow.person_id == person_id),
        (PathwayClaim, PathwayClaim.person_id == person_id),
        (SourceAccess, SourceAccess.person_id == person_id),
        (LaunchSession, LaunchSession.person_id == person_id),
        (MailRefusal, MailRefusal.person_id == person_id),
        (TeacherMailChoice, TeacherMailChoice.person_id == person_id),
        (MailedMatter, MailedMatter.person_id == person_id),
        (IdentityCheckRefusal, IdentityCheckRefusal.person_id == person_id),
    ):
        session.execute(delete(table).where(of_them).execution_options(synchronize_session=False))
    session.expire_all()
    return len(ids)


def delete_awards(session: Session, awards: Collection[int], credentials: Collection[str]) -> None:
    """Deletes these awards with their credentials, and all that refers to either."""
    deliveries = session.scalars(select(Delivery.id).where(Delivery.award_id.in_(awards))).all()
    notices = session.scalars(select(Notice.id).where(Notice.credential_id.in_(credentials))).all()
    session.flush()
    prior_learning.forget_awards(session, awards)
    for table, of_them in (
        (Outbox, Outbox.award_id.in_(awards)),
        (Notice, Notice.id.in_(notices)),
        (IdentityCheck, IdentityCheck.credential_id.in_(credentials)),
        (CredentialRow, CredentialRow.id.in_(credentials)),
        (Delivery, Delivery.id.in_(deliveries)),
        (MailedChange, MailedChange.award_id.in_(awards)),
        (BroughtBadge, BroughtBadge.award_id.in_(awards)),
        (CorrectionRequest, CorrectionRequest.award_id.in_(awards)),
        (ShareLink, ShareLink.award_id.in_(awards)),
        (EndorsementRow, EndorsementRow.award_id.in_(awards)),
        (PathwayClaim, PathwayClaim.award_id.in_(awards)),
        (WalletOffer, WalletOffer.award_id.in_(awards)),
        (BulkActPerson, BulkActPerson.award_id.in_(awards)),
        (Award, Award.id.in_(awards)),
    ):
        session.execute(delete(table).where(of_them).execution_options(synchronize_session=False))
    session.expire_all()


def delete_or_empty(session: Session, person: Person, now: datetime) -> None:
    """Deletes the person's accounts and, where nothing refers to it, their row; else it stays, as a number.

    Unlike after an erasure, nothing is left by which they would be known: who is named again comes anew.
    """
    session.execute(delete(PlatformAccount).where(PlatformAccount.person_id == person.id))
    person.erased_at = now
    session.flush()
    number = person.id
    session.expunge(person)
    try:
        with session.begin_nested():
            session.execute(delete(Person).where(Person.id == number))
    except IntegrityError:
        return


def lock_course(session: Session, course_id: int) -> Course:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and returns it reloaded: what is decided in a course is decided one
    after the other. Raises NoResultFound where there is no such course."""
    return session.get_one(Course, course_id, with_for_update=FOR_UPDATE, populate_existing=True)


def lock_course_from_all(session: Session, course_id: int) -> Course:
    """As `lock_course`, and nobody decides about a single person meanwhile either (SELECT ... FOR UPDATE)."""
    return session.get_one(Course, course_id, with_for_update=True, populate_existing=True)


def keep_course(session: Session, course_id: int) -> None:
    """Holds the row for a decision about a single person (SELECT ... FOR KEY SHARE).

    That waits for `lock_course_from_all`, and neither for `lock_course` nor for others of its kind.
    """
    query = select(Course.id).where(Course.id == course_id)
    session.execute(query.with_for_update(read=True, key_share=True))


def sessions(
    session: Session,
    *,
    person_id: int | None = None,
    course_id: int | None = None,
    registration_id: int | None = None,
) -> Sequence[LaunchSession]:
    """The launch sessions of a person, a course, a platform, or all, oldest first; those that have ended too."""
    query = select(LaunchSession).order_by(LaunchSession.created_at, LaunchSession.token_hash)
    if person_id is not None:
        query = query.where(LaunchSession.person_id == person_id)
    if course_id is not None:
        query = query.where(LaunchSession.course_id == course_id)
    if registration_id is not None:
        query = query.where(LaunchSession.registration_id == registration_id)
    return session.scalars(query).all()


def launch_session(session: Session, token_hash: str) -> LaunchSession | None:
    """The launch session of a token, with its registration and its course."""
    return session.scalar(_LAUNCH_SESSION, {"token_hash": token_hash})


#: Made once: each page of a session asks.
_LAUNCH_SESSION = (
    select(LaunchSession)
    .where(LaunchSession.token_hash == bindparam("token_hash"))
    .options(joinedload(LaunchSession.registration), joinedload(LaunchSession.course))
)


def record_use(session: Session, token_hash: str, now: datetime) -> None:
    """Makes now the time of the last use of the token's launch session, where it still exists."""
    session.execute(
        update(LaunchSession).where(LaunchSession.token_hash == token_hash).values(last_used_at=now)
    )


def sessions_with_more_rights(
    session: Session, course_id: int, person_id: int, *, is_teacher: bool, may_write_templates: bool
) -> Sequence[LaunchSession]:
    """The person's launch sessions in the course that have a right which is not given here, oldest first."""
    rights = {LaunchSession.is_teacher: is_teacher, LaunchSession.may_write_templates: may_write_templates}
    more = [right for right, is_given in rights.items() if not is_given]
    if not more:
        return []
    query = select(LaunchSession).where(
        LaunchSession.course_id == course_id, LaunchSession.person_id == person_id, or_(*more)
    )
    return session.scalars(query.order_by(LaunchSession.created_at, LaunchSession.token_hash)).all()


def delete_sessions(session: Session, idle_since: datetime, created_before: datetime) -> None:
    """Deletes the launch sessions that were last used, or created, no later than that."""
    ended = (LaunchSession.last_used_at <= idle_since) | (LaunchSession.created_at <= created_before)
    session.execute(delete(LaunchSession).where(ended))
