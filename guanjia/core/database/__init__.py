"""PostgreSQL with the community as part of every key.

Django finds the engine by ``ENGINE = "guanjia.core.database"``. A table with a ``community`` column gets
``PRIMARY KEY (id, community_id)``, and foreign keys between such tables carry ``community_id`` too, so the
database itself refuses a row that points into another community.
"""
