"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=400), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('products', 'batches', 'units', 'alerts')", name=op.f("ck_import_kind")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_import_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_sha256"), ["sha256"], unique=False)

    op.create_table(
        "manufacturer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("gs1_prefixes", sa.Text(), nullable=False),
        sa.Column("catalogue_complete", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_manufacturer_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manufacturer")),
        sa.UniqueConstraint("name", name=op.f("uq_manufacturer_name")),
    )
    op.create_table(
        "scan",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("door", sa.String(length=10), nullable=False),
        sa.Column("asker", sa.String(length=10), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("match", sa.String(length=10), nullable=False),
        sa.Column("presented", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "action IN ('accept', 'unknown', 'check', 'quarantine', 'reject')", name=op.f("ck_scan_action")
        ),
        sa.CheckConstraint("asker IN ('patient', 'clinic')", name=op.f("ck_scan_asker")),
        sa.CheckConstraint("door IN ('web', 'api', 'cli')", name=op.f("ck_scan_door")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("nonce", name=op.f("uq_scan_nonce")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_at"), ["at"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("length(trim(actor)) > 0", name=op.f("ck_audit_entry_actor")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_audit_entry_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_entry_object_type_object_id"), ["object_type", "object_id"], unique=False
        )

    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manufacturer_id", sa.Integer(), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active_substance", sa.String(length=200), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=200), nullable=False),
        sa.Column("national_numbers", sa.Text(), nullable=False),
        sa.Column("markets", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "length(gtin) = 14 AND replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(gtin,'0',''),'1',''),'2',''),'3',''),'4',''),'5',''),'6',''),'7',''),'8',''),'9','') = '' AND (3 * CAST(substr(gtin, 1, 1) AS INTEGER) + 1 * CAST(substr(gtin, 2, 1) AS INTEGER) + 3 * CAST(substr(gtin, 3, 1) AS INTEGER) + 1 * CAST(substr(gtin, 4, 1) AS INTEGER) + 3 * CAST(substr(gtin, 5, 1) AS INTEGER) + 1 * CAST(substr(gtin, 6, 1) AS INTEGER) + 3 * CAST(substr(gtin, 7, 1) AS INTEGER) + 1 * CAST(substr(gtin, 8, 1) AS INTEGER) + 3 * CAST(substr(gtin, 9, 1) AS INTEGER) + 1 * CAST(substr(gtin, 10, 1) AS INTEGER) + 3 * CAST(substr(gtin, 11, 1) AS INTEGER) + 1 * CAST(substr(gtin, 12, 1) AS INTEGER) + 3 * CAST(substr(gtin, 13, 1) AS INTEGER) + CAST(substr(gtin, 14, 1) AS INTEGER)) % 10 = 0",
            name=op.f("ck_product_gtin"),
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_product_named")),
        sa.CheckConstraint("markets = upper(markets)", name=op.f("ck_product_markets")),
        sa.ForeignKeyConstraint(
            ["manufacturer_id"], ["manufacturer.id"], name=op.f("fk_product_manufacturer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("gtin", name=op.f("uq_product_gtin")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_manufacturer_id"), ["manufacturer_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("lot_key", sa.String(length=40), nullable=False),
        sa.Column("lot_folded", sa.String(length=40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("expiry_month_only", sa.Boolean(), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("serial_prefix", sa.String(length=20), nullable=False),
        sa.Column("serial_folded", sa.String(length=40), nullable=False),
        sa.Column("lot_issued", sa.Boolean(), nullable=True),
        sa.Column("recall_class", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reported", sa.String(length=10), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "gtin <> '' OR lot_key <> '' OR serial <> '' OR serial_prefix <> '' OR product_name <> ''",
            name=op.f("ck_alert_names_something"),
        ),
        sa.CheckConstraint(
            "gtin = '' OR (length(gtin) = 14 AND replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(gtin,'0',''),'1',''),'2',''),'3',''),'4',''),'5',''),'6',''),'7',''),'8',''),'9','') = '' AND (3 * CAST(substr(gtin, 1, 1) AS INTEGER) + 1 * CAST(substr(gtin, 2, 1) AS INTEGER) + 3 * CAST(substr(gtin, 3, 1) AS INTEGER) + 1 * CAST(substr(gtin, 4, 1) AS INTEGER) + 3 * CAST(substr(gtin, 5, 1) AS INTEGER) + 1 * CAST(substr(gtin, 6, 1) AS INTEGER) + 3 * CAST(substr(gtin, 7, 1) AS INTEGER) + 1 * CAST(substr(gtin, 8, 1) AS INTEGER) + 3 * CAST(substr(gtin, 9, 1) AS INTEGER) + 1 * CAST(substr(gtin, 10, 1) AS INTEGER) + 3 * CAST(substr(gtin, 11, 1) AS INTEGER) + 1 * CAST(substr(gtin, 12, 1) AS INTEGER) + 3 * CAST(substr(gtin, 13, 1) AS INTEGER) + CAST(substr(gtin, 14, 1) AS INTEGER)) % 10 = 0)",
            name=op.f("ck_alert_gtin"),
        ),
        sa.CheckConstraint(
            "kind IN ('falsified', 'recalled', 'stolen', 'tampered')", name=op.f("ck_alert_kind")
        ),
        sa.CheckConstraint("reported = '' OR reported LIKE '____%'", name=op.f("ck_alert_reported")),
        sa.CheckConstraint("length(trim(authority)) > 0", name=op.f("ck_alert_authority")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_alert_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_alert_fingerprint")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_gtin"), ["gtin"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_lot_folded"), ["lot_folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_lot_key"), ["lot_key"], unique=False)
        batch_op.create_index(
            "ix_alert_serial_folded",
            ["serial_folded"],
            unique=False,
            sqlite_where=sa.text("serial_folded <> ''"),
            postgresql_where=sa.text("serial_folded <> ''"),
        )

    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("lot_key", sa.String(length=40), nullable=False),
        sa.Column("lot_folded", sa.String(length=40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=False),
        sa.Column("expiry_month_only", sa.Boolean(), nullable=False),
        sa.Column("made", sa.Date(), nullable=True),
        sa.Column("released", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("markets", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("recall_class", sa.String(length=40), nullable=False),
        sa.Column("recall_reference", sa.String(length=200), nullable=False),
        sa.Column("recall_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('released', 'pending', 'on_hold', 'recalled')", name=op.f("ck_batch_status")
        ),
        sa.CheckConstraint("length(lot_key) > 0 AND lot_key = upper(lot_key)", name=op.f("ck_batch_lot_key")),
        sa.CheckConstraint("made IS NULL OR made <= expiry", name=op.f("ck_batch_made_before_expiry")),
        sa.CheckConstraint("markets = upper(markets)", name=op.f("ck_batch_markets")),
        sa.CheckConstraint("quantity IS NULL OR quantity >= 0", name=op.f("ck_batch_quantity")),
        sa.CheckConstraint(
            "released IS NULL OR made IS NULL OR made <= released", name=op.f("ck_batch_made_before_release")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_batch_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("product_id", "id", name=op.f("uq_batch_product_id_id")),
        sa.UniqueConstraint("product_id", "lot_key", name=op.f("uq_batch_product_id_lot_key")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_lot_folded"), ["lot_folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_lot_key"), ["lot_key"], unique=False)

    op.create_table(
        "quality_result",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("test", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_quality_result_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "test", name=op.f("pk_quality_result")),
    )
    op.create_table(
        "unit",
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("disposition BETWEEN 1 AND 19", name=op.f("ck_unit_disposition")),
        sa.CheckConstraint("length(serial) BETWEEN 1 AND 20", name=op.f("ck_unit_serial")),
        sa.ForeignKeyConstraint(
            ["product_id", "batch_id"], ["batch.product_id", "batch.id"], name=op.f("fk_unit_product_id")
        ),
        sa.PrimaryKeyConstraint("product_id", "serial", name=op.f("pk_unit")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """The first shape has nothing before it."""
    raise NotImplementedError("there is no shape before the first one")
