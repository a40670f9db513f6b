"""Persistence: models, migrations, one `transaction()`. Differences of the SQL dialects stay in
`database`.
"""
