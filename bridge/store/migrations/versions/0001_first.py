"""The first schema. It is history: change the schema by a new migration, never here."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table."""
    _create_inbox()
    _create_jobs()
    _create_ledger()
    _create_occurrences()
    _create_writes()


def _create_inbox() -> None:
    op.create_table(
        "meta",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="meta_key"),
    )
    op.create_table(
        "deliveries",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("instance_type", sa.String()),
        sa.Column("instance_id", sa.String()),
        sa.Column("occurred_at", _AT),
        sa.Column("received_at", _AT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("app", "id", name="deliveries_key"),
    )
    op.create_index("deliveries_by_type", "deliveries", ["type"])


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("instance_type", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("take_at", _AT),
        sa.Column("again_at", _AT),
        sa.Column("delivery_id", sa.String()),
        sa.Column("released", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("lease", sa.String()),
        sa.Column("checkpoint", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("errors", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("finished_at", _AT),
        sa.PrimaryKeyConstraint("id", name="jobs_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("jobs_one_key", "jobs", ["app", "instance_type", "instance_id"], unique=True)
    for column in ("instance_id", "state", "take_at"):
        op.create_index(f"jobs_by_{column}", "jobs", [column])


def _create_ledger() -> None:
    op.create_table(
        "feedback",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("log", sa.Text()),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "id", name="feedback_key"),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tracker", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("issue_tracker", sa.String()),
        sa.Column("issue_key", sa.String()),
        sa.Column("issue_url", sa.String()),
        sa.Column("issue_id", sa.String()),
        sa.Column("title", sa.Text()),
        sa.Column("notes", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("frozen", sa.Text()),
        sa.Column("merged_into", sa.String()),
        sa.Column("updated_at", _AT),
        sa.PrimaryKeyConstraint("id", name="groups_key"),
        sa.ForeignKeyConstraint(["merged_into"], ["groups.id"], name="groups_merged_into"),
    )
    for column in ("app", "created_at", "issue_key"):
        op.create_index(f"groups_by_{column}", "groups", [column])


def _create_occurrences() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("app", "key", name="fingerprints_key"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fingerprints_group_id"),
    )
    op.create_index("fingerprints_by_group_id", "fingerprints", ["group_id"])
    op.create_table(
        "occurrences",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "feedback_id", name="occurrences_key"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="occurrences_group_id"),
    )
    op.create_index("occurrences_by_group_id", "occurrences", ["group_id", "at"])


def _create_writes() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="files_key"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="files_group_id"),
    )
    op.create_index("files_one_name", "files", ["group_id", "feedback_id", "name"], unique=True)
    op.create_table(
        "intents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("marker", sa.Text(), nullable=False),
        sa.Column("fence", sa.Text(), nullable=False),
        sa.Column("started_at", _AT, nullable=False),
        sa.Column("passes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("looked_at", _AT),
        sa.Column("outcome", sa.String()),
        sa.PrimaryKeyConstraint("id", name="intents_key"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="intents_group_id"),
    )
    op.create_index(
        "intents_one_open",
        "intents",
        ["group_id"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", _AT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="leases_key"),
    )
