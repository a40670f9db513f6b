"""The command `vialcheck`: the use cases of the web from a terminal."""

import gc
import sys

import click

from service.errors import ErrorCode, VialcheckError


class _LazyGroup(click.Group):
    """Imports a command's module when it is called: `vialcheck parse` needs no database and
    starts at once.
    """

    commands_in = {  # noqa: RUF012 (click's own attribute names are taken; this never changes)
        "serve": ("service.cli.operation.serve", "serve"),
        "export": ("service.cli.records.export", "export_lists"),
        "import": ("service.cli.imports.command", "import_files"),
        "demo": ("service.cli.operation.serve", "demo"),
        "work": ("service.cli.operation.work", "work"),
        "verify": ("service.cli.verify", "verify"),
        "alerts": ("service.cli.records.alerts", "alerts"),
        "recall": ("service.cli.records.recalls", "recall"),
        "hold": ("service.cli.records.recalls", "hold"),
        "lift": ("service.cli.records.recalls", "lift"),
        "release": ("service.cli.records.recalls", "release"),
        "statements": ("service.cli.records.statements", "statements"),
        "extend": ("service.cli.records.recalls", "extend"),
        "correct": ("service.cli.records.changes", "correct"),
        "withdraw": ("service.cli.records.changes", "withdraw"),
        "merge": ("service.cli.records.changes", "merge"),
        "requests": ("service.cli.records.changes", "requests"),
        "approve": ("service.cli.records.changes", "approve"),
        "refuse": ("service.cli.records.changes", "refuse"),
        "parse": ("service.cli.parse", "parse"),
        "decode": ("service.cli.decode", "decode"),
        "receipt": ("service.cli.receipt", "receipt"),
        "simulate": ("service.cli.simulate", "simulate"),
        "replay": ("service.cli.replay", "replay"),
        "label": ("service.cli.records.labels", "label"),
        "admin": ("service.cli.operation.admin", "admin"),
        "migrate": ("service.cli.operation.serve", "migrate"),
        "doctor": ("service.cli.operation.doctor", "doctor"),
        "backup": ("service.cli.operation.backup", "backup"),
        "restore": ("service.cli.operation.backup", "restore"),
        "digest": ("service.cli.operation.digest", "digest"),
        "clock": ("service.cli.operation.maintenance", "clock"),
        "tidy": ("service.cli.operation.maintenance", "tidy"),
        "settings": ("service.cli.operation.settings", "settings"),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(self.commands_in)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        if cmd_name not in self.commands_in:
            return None
        module, name = self.commands_in[cmd_name]
        gc.disable()  # a quarter of the start went into looking through modules, which stay, for garbage
        command: click.Command = getattr(__import__(module, fromlist=[name]), name)
        gc.freeze()
        gc.enable()
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vialcheck")
def group() -> None:
    """Does this vial match what its manufacturer issued, and should it be used?"""


def main() -> None:
    """Run a command; a VialcheckError, or a file that cannot be used, is one line, with exit status 2."""
    try:
        group()
    except OSError as error:
        click.echo(f"vialcheck: {error.filename or 'the system'}: {error.strerror or error}", err=True)
        sys.exit(2)
    except VialcheckError as error:
        if error.code is ErrorCode.STORAGE_UNAVAILABLE:
            # not the sentence for a patient
            click.echo(f"vialcheck: the database cannot be used: {' '.join(error.found.split())}", err=True)
            sys.exit(2)
        from service.web.core.i18n import translation  # noqa: PLC0415 (only when something went wrong)
        from service.web.text import error_message  # noqa: PLC0415 (likewise)

        click.echo(f"vialcheck: {error_message(error, translation())}", err=True)
        sys.exit(2)
