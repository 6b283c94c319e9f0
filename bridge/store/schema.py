"""The tables. Migrations bring a database here; a test holds the two together."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from bridge.model import Kind
from bridge.store.engine import UtcDateTime

FEEDBACK_KINDS = {
    "betaFeedbackScreenshotSubmissions": Kind.SCREENSHOT,
    "betaFeedbackCrashSubmissions": Kind.CRASH,
}
"""The instance types whose jobs are about feedback; other types are our own follow-up work."""

WATCH = "tracker"
"""The instance type of the jobs that never end: each looks at what changed in a tracker."""

METADATA = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "fk": "%(table_name)s_%(column_0_N_name)s",
        "pk": "%(table_name)s_key",
    }
)

META = Table(
    "meta",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("app", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False, index=True),
    Column("instance_type", String),
    Column("instance_id", String),
    Column("occurred_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("app", String, nullable=False),
    Column("instance_type", String, nullable=False),
    Column("instance_id", String, nullable=False, index=True),
    Column("state", String, nullable=False, index=True),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    # When a worker may take it: its due time, or the end of its lease. Null once it needs no
    # work, so that any number of finished jobs costs `take` nothing.
    Column("take_at", UtcDateTime, index=True),
    Column("again_at", UtcDateTime),  # asked for while it runs: it runs once more, then
    Column("delivery_id", String),
    Column("released", Boolean, nullable=False, server_default=false()),  # by retry, once held
    Column("owner", String),
    Column("lease", String),
    Column("checkpoint", Text, nullable=False, server_default=text("'{}'")),
    Column("error", Text),
    Column("errors", Text, nullable=False, server_default=text("'[]'")),
    Column("finished_at", UtcDateTime),
    Index("jobs_one_key", "app", "instance_type", "instance_id", unique=True),
    sqlite_autoincrement=True,  # an id that was shown to somebody never means another job
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("app", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("record", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("log", Text),
    Column("notes", Text, nullable=False),
)

GROUPS = Table(
    "groups",
    METADATA,
    Column("id", String, primary_key=True),
    Column("app", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("tracker", String, nullable=False),
    Column("opened_by", String, nullable=False, server_default=text("''")),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("issue_tracker", String),
    Column("issue_key", String, index=True),
    Column("issue_url", String),
    Column("issue_id", String),
    Column("title", Text),
    Column("notes", Text, nullable=False, server_default=text("'[]'")),
    Column("frozen", Text),
    Column("merged_into", String, ForeignKey("groups.id")),
    Column("updated_at", UtcDateTime),
    Column("history", Text, nullable=False, server_default=text("'{}'")),
    Column("alike", Text, nullable=False, server_default=text("'[]'")),
)

FINGERPRINTS = Table(
    "fingerprints",
    METADATA,
    Column("app", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("group_id", String, ForeignKey("groups.id"), nullable=False, index=True),
)

OCCURRENCES = Table(
    "occurrences",
    METADATA,
    Column("app", String, primary_key=True),
    Column("feedback_id", String, primary_key=True),
    Column("group_id", String, ForeignKey("groups.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("record", Text, nullable=False),
    Index("occurrences_by_group_id", "group_id", "at"),
)

BUILDS = Table(
    "builds",
    METADATA,
    Column("app", String, primary_key=True),
    Column("platform", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("build", String, primary_key=True),
    Column("uploaded_at", UtcDateTime, nullable=False),
)

TRACES = Table(
    "traces",
    METADATA,
    Column("group_id", String, ForeignKey("groups.id"), primary_key=True),
    Column("exact", String, primary_key=True),  # one stack of each finer key
    Column("record", Text, nullable=False),
)

TRACE_FRAMES = Table(
    "trace_frames",
    METADATA,
    Column("app", String, primary_key=True),
    Column("frame", String, primary_key=True),
    Column("group_id", String, ForeignKey("groups.id"), primary_key=True, index=True),
)

LOOKS = Table(
    "looks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("app", String, nullable=False),
    Column("feedback_id", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("tester_key", String),
    Column("build", String),
    Column("record", Text, nullable=False),
    Index("looks_one_feedback", "app", "feedback_id", unique=True),
    Index("looks_by_app_id", "app", "id"),
    Index("looks_by_tester", "app", "tester_key", "build", "at"),
)

FILES = Table(
    "files",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("group_id", String, ForeignKey("groups.id"), nullable=False),
    Column("feedback_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("record", Text, nullable=False),
    Index("files_one_name", "group_id", "feedback_id", "name", unique=True),
)

INTENTS = Table(
    "intents",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("group_id", String, ForeignKey("groups.id"), nullable=False),
    Column("marker", Text, nullable=False),
    Column("fence", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("passes", Integer, nullable=False, server_default=text("0")),
    Column("looked_at", UtcDateTime),
    Column("outcome", String),
    Index(
        "intents_one_open",
        "group_id",
        unique=True,
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
)

LEASES = Table(
    "leases",
    METADATA,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
