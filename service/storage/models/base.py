"""The declarative base: names of constraints, and the check of a GTIN in SQL."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

_DIGITS = " + ".join(
    f"{3 if place % 2 else 1} * CAST(substr(gtin, {place}, 1) AS INTEGER)" for place in range(1, 14)
)
# GS1 General Specifications section 7.9: the last digit makes the weighted sum a multiple of ten.
GTIN_IS_RIGHT = (
    "length(gtin) = 14 AND replace(replace(replace(replace(replace(replace(replace(replace(replace(replace("
    "gtin,'0',''),'1',''),'2',''),'3',''),'4',''),'5',''),'6',''),'7',''),'8',''),'9','') = '' "
    f"AND ({_DIGITS} + CAST(substr(gtin, 14, 1) AS INTEGER)) % 10 = 0"
)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
