"""Style, script and icons: files whose address changes with their content.

`static_url('style.css')` in a template gives `/assets/<digest>/style.css`, which browsers may keep
for a year. `icon('info')` draws an icon, `icons()` at the end of the frame prints the outlines of
those the page used, so that no page carries one it does not show.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, g, request, url_for
from markupsafe import Markup

from helpline.web.icons import ICONS

STATIC = Path(__file__).parent.parent / "static"
SERVED = {".css", ".js", ".txt"}

bp = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of static/, read once per process; `packed` is the same, gzipped."""

    content: bytes
    packed: bytes
    digest: str
    mimetype: str


@cache
def asset(name: str) -> Asset:
    """One file of static/.

    Raises:
        FileNotFoundError: there is no such file, or it is of a kind that is not served.
    """
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in SERVED:
        raise FileNotFoundError(name)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    mimetype = mimetypes.types_map.get(path.suffix, "text/plain")
    return Asset(content, gzip.compress(content, 9, mtime=0), digest, mimetype)


def static_url(name: str) -> str:
    """The address of a file of static/, good for as long as its content is."""
    return url_for("assets.file", digest=asset(name).digest, name=name)


@bp.get("/assets/<digest>/<name>")
def file(digest: str, name: str) -> Response:
    """A file of static/. A page from before an update gets today's file, but may not keep it."""
    try:
        found = asset(name)
    except FileNotFoundError:
        abort(404)
    packed = request.accept_encodings["gzip"] > 0
    answer = Response(found.packed if packed else found.content, mimetype=found.mimetype)
    if packed:
        answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    fresh = "public, max-age=31536000, immutable"
    answer.headers["Cache-Control"] = fresh if digest == found.digest else "no-cache"
    return answer


@bp.get("/favicon.ico")
def favicon() -> Response:
    """None: a tab shows nothing that could tell what it is. Browsers may remember that."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=31536000"})


def icon(name: str, css: str = "i") -> Markup:
    """A drawing beside words; readers do not see it. `name` is one of `ICONS`."""
    _used().add(name)
    drawing = Markup('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>')
    return drawing.format(css, name)


def icons(*more: str) -> Markup:
    """The outlines of the icons used so far, and of `more` that later fragments will use."""
    symbol = Markup('<symbol id="i-{}" viewBox="{}"><path d="{}"/></symbol>')
    outlines = (symbol.format(name, *ICONS[name]) for name in sorted(_used() | set(more)))
    return Markup("<svg hidden>{}</svg>").format(Markup("").join(outlines))


def _used() -> set[str]:
    used: set[str] = g.setdefault("icons", set())
    return used


def init_app(app: Flask) -> None:
    """Serve the files and give templates `static_url`, `icon` and `icons`."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(static_url=static_url, icon=icon, icons=icons)
