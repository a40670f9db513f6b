"""`vialcheck settings`: every setting, its value now, what it is for."""

import click

from service.settings import load


@click.command()
def settings() -> None:
    """Print every VIALCHECK_… variable with its value and meaning."""
    for name, value, meaning in load().described():
        click.echo(f"{name}={value}")
        click.echo(f"    {meaning}")
