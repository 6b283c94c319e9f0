"""Groups, their issues, and the fingerprints they own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.errors import Gone
from bridge.model import Group, History, IssueRef, Kind, KnownBuild, Likeness
from bridge.store.engine import insert_into, whole
from bridge.store.ledger.part import LedgerPart
from bridge.store.records import dump, dump_words, load, load_words
from bridge.store.schema import BUILDS, FINGERPRINTS, GROUPS
from bridge.store.status import issue_ref


class GroupLedger(LedgerPart):
    """Groups by id and by fingerprint."""

    @whole
    async def group(self, group_id: str) -> Group:
        """Return a group as it is, merged or not. Raises Gone if there is none with this id."""
        async with self._database.reading() as connection:
            return group_of_row(await group_row(connection, group_id))

    @whole
    async def groups(self, *, app: str | None = None, limit: int = 100) -> Sequence[Group]:
        """Return groups, newest first, merged ones among them."""
        query = select(GROUPS).order_by(GROUPS.c.created_at.desc(), GROUPS.c.id).limit(limit)
        if app is not None:
            query = query.where(GROUPS.c.app == app)
        async with self._database.reading() as connection:
            return [group_of_row(row) for row in await connection.execute(query)]

    @whole
    async def known(
        self, app: str, keys: Sequence[str], *, besides: str | None = None
    ) -> Group | None:
        """Return the app's group that owns any of these keys; an earlier key is asked first.

        What the group `besides` owns is passed over.
        """
        async with self._database.reading() as connection:
            row = await owner_of(connection, app, keys, besides=besides)
        return None if row is None else group_of_row(row)

    @whole
    async def living(self, group_id: str) -> Group:
        """Return the group that a group is now part of, itself mostly. Raises Gone."""
        async with self._database.reading() as connection:
            return group_of_row(await survivor(connection, group_id))

    @whole
    async def of_issue(self, app: str, tracker: str, key: str) -> Group | None:
        """Return the app's group whose issue people call so, following merges."""
        query = select(GROUPS.c.id).where(
            GROUPS.c.app == app,
            GROUPS.c.issue_tracker == tracker,
            func.lower(GROUPS.c.issue_key) == key.strip().lower(),
        )
        async with self._database.reading() as connection:
            found = await connection.scalar(query.order_by(GROUPS.c.created_at).limit(1))
            return None if found is None else group_of_row(await survivor(connection, found))

    @whole
    async def watched(self, tracker: str, *, limit: int) -> Sequence[Group]:
        """Return the groups whose issues we edit in a tracker, the most recently active first."""
        active = func.coalesce(GROUPS.c.updated_at, GROUPS.c.created_at)
        query = select(GROUPS).where(
            GROUPS.c.tracker == tracker,
            GROUPS.c.issue_key.is_not(None),
            GROUPS.c.merged_into.is_(None),
            GROUPS.c.frozen.is_(None),
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(active.desc(), GROUPS.c.id).limit(limit))
            return [group_of_row(row) for row in rows]

    @whole
    async def builds(self, app: str) -> Sequence[KnownBuild]:
        """Return the builds that feedback of an app came from, by when they were uploaded."""
        query = select(BUILDS).where(BUILDS.c.app == app).order_by(BUILDS.c.uploaded_at)
        async with self._database.reading() as connection:
            return [
                KnownBuild(
                    version=row.version or None,
                    build=row.build,
                    platform=row.platform or None,
                    uploaded_at=row.uploaded_at,
                )
                for row in await connection.execute(query)
            ]

    @whole
    async def add_keys(self, group_id: str, keys: Sequence[str]) -> None:
        """Give a group more keys; a key that another group owns stays there. Raises Gone."""
        async with self._database.writing() as connection:
            row = await group_row(connection, group_id)
            await give_keys(connection, row.app, group_id, keys)

    @whole
    async def set_issue(self, group_id: str, issue: IssueRef, *, title: str) -> Group:
        """Say which issue a group has, and what its title was set to. Raises Gone.

        What could not be set in the issue is added to the group's notes.
        """
        async with self._database.writing() as connection:
            row = await group_row(connection, group_id)
            changed = _of(group_id).values(
                issue_tracker=issue.tracker,
                issue_key=issue.key,
                issue_url=issue.url,
                issue_id=issue.id,
                title=title,
                notes=_more_notes(row, issue.notes),
            )
            return group_of_row((await connection.execute(changed.returning(GROUPS))).one())

    @whole
    async def set_block(self, group_id: str, *, title: str | None, at: datetime) -> None:
        """Say that our block was written at that time; `title` is the title if it was set too."""
        values: dict[str, Any] = {"updated_at": at}
        if title is not None:
            values["title"] = title
        await self._change(group_id, values)

    @whole
    async def set_history(self, group_id: str, history: History) -> None:
        """Say what we did with a group's issue so far. Raises Gone."""
        await self._change(group_id, {"history": dump(history)})

    @whole
    async def freeze(self, group_id: str, why: str) -> None:
        """Say that we no longer edit a group's issue; the first reason stays. Raises Gone."""
        async with self._database.writing() as connection:
            row = await group_row(connection, group_id)
            await connection.execute(_of(group_id).values(frozen=row.frozen or why))

    @whole
    async def add_notes(self, group_id: str, notes: Sequence[str]) -> None:
        """Add notes to a group, none of them twice. Raises Gone."""
        async with self._database.writing() as connection:
            row = await group_row(connection, group_id)
            await connection.execute(_of(group_id).values(notes=_more_notes(row, notes)))

    async def _change(self, group_id: str, values: dict[str, Any]) -> None:
        async with self._database.writing() as connection:
            await group_row(connection, group_id)
            await connection.execute(_of(group_id).values(**values))


async def group_row(connection: AsyncConnection, group_id: str) -> Row[Any]:
    """Return a group's row. Raises Gone."""
    row = (await connection.execute(select(GROUPS).where(GROUPS.c.id == group_id))).one_or_none()
    if row is None:
        raise Gone(f"group {group_id} is not in the store")
    return row


async def survivor(connection: AsyncConnection, group_id: str) -> Row[Any]:
    """Return the row of the group that a group is now part of, itself mostly. Raises Gone."""
    row = await group_row(connection, group_id)
    while row.merged_into is not None:
        row = await group_row(connection, row.merged_into)
    return row


async def owner_of(
    connection: AsyncConnection, app: str, keys: Sequence[str], *, besides: str | None = None
) -> Row[Any] | None:
    """Return the row of the living group that owns the first owned one of these keys."""
    owned = select(FINGERPRINTS.c.key, FINGERPRINTS.c.group_id).where(
        FINGERPRINTS.c.app == app, FINGERPRINTS.c.key.in_(keys)
    )
    if besides is not None:
        owned = owned.where(FINGERPRINTS.c.group_id != besides)
    owners = {row.key: row.group_id for row in await connection.execute(owned)}
    first = next((owners[key] for key in keys if key in owners), None)
    return None if first is None else await survivor(connection, first)


async def give_keys(
    connection: AsyncConnection, app: str, group_id: str, keys: Sequence[str]
) -> None:
    """Give a group the keys that nobody owns yet."""
    rows = [{"app": app, "key": key, "group_id": group_id} for key in dict.fromkeys(keys)]
    if rows:
        insert = insert_into(connection, FINGERPRINTS).values(rows)
        await connection.execute(insert.on_conflict_do_nothing())


def group_of_row(row: Row[Any]) -> Group:
    """Return the group that a row holds."""
    return Group(
        id=row.id,
        app=row.app,
        kind=Kind(row.kind),
        tracker=row.tracker,
        created_at=row.created_at,
        opened_by=row.opened_by,
        issue=issue_ref(row),
        title=row.title,
        notes=load_words(row.notes),
        frozen=row.frozen,
        merged_into=row.merged_into,
        updated_at=row.updated_at,
        like=load(tuple[Likeness, ...], row.alike),
        history=load(History, row.history),
    )


def _more_notes(row: Row[Any], notes: Sequence[str]) -> str:
    return dump_words(tuple(dict.fromkeys((*load_words(row.notes), *notes))))


def _of(group_id: str) -> Any:
    return update(GROUPS).where(GROUPS.c.id == group_id)
