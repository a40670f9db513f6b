"""Draw docs/images/answer.png, the picture of README.md: the answer to its example, as a browser shows it.

python -m scripts.screenshot
"""

import tempfile
import threading
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.registry.import_jobs import import_files
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.web.core.services import services_of
from tests.get_tools import find

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "answer.png"
SCAN = "(01)09506000134352(17)291231(10)OVA2714"
COLOURS = 64
"""So many colours are enough for text on even ground, and a quarter of the bytes."""


def main() -> None:
    """Serve the demonstration records, ask the example, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/records.db", files=Path(folder) / "files")
        database: Database = settings.open_database()
        lists = sorted((ROOT / "seed").glob("*.csv"))
        import_files.run(
            database, lists, who=AuditActor("scripts.screenshot"), reason="demonstration records"
        )
        database.close()
        app = create_app(settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            PICTURE.write_bytes(_smaller(_answer(f"http://127.0.0.1:{server.server_port}/")))
        finally:
            server.shutdown()
            thread.join()
            services_of(app).close()


def _answer(address: str) -> bytes:
    """The answer page as PNG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 720, "height": 640}, service_workers="block")
        page.goto(address)
        page.fill("[name=scan]", SCAN)
        page.press("[name=scan]", "Enter")
        page.wait_for_load_state("networkidle")
        picture = page.screenshot()
        browser.close()
    return picture


def _smaller(png: bytes) -> bytes:
    """The same picture with few colours."""
    written = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
