"""Personal numbers at rest: encrypted by a key outside the database, found again by blind indexes."""
