"""What near matches are found by, and what we did with an issue over time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and tables."""
    for name, empty in (("history", "'{}'"), ("alike", "'[]'")):
        column = sa.Column(name, sa.Text(), server_default=sa.text(empty), nullable=False)
        op.add_column("groups", column)
    _create_traces()
    _create_looks()
    op.create_table(
        "builds",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("build", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("app", "platform", "version", "build", name="builds_key"),
    )


def _create_looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tester_key", sa.String()),
        sa.Column("build", sa.String()),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="looks_key"),
    )
    op.create_index("looks_one_feedback", "looks", ["app", "feedback_id"], unique=True)
    op.create_index("looks_by_app_id", "looks", ["app", "id"])
    op.create_index("looks_by_tester", "looks", ["app", "tester_key", "build", "at"])


def _create_traces() -> None:
    op.create_table(
        "traces",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("exact", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "exact", name="traces_key"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="traces_group_id"),
    )
    op.create_table(
        "trace_frames",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("frame", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("app", "frame", "group_id", name="trace_frames_key"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="trace_frames_group_id"),
    )
    op.create_index("trace_frames_by_group_id", "trace_frames", ["group_id"])
