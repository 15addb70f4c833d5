"""What every answer carries: the headers that keep a frightened person's browser quiet and closed.

Sources: OWASP ASVS 5.0 3.4 (headers), 14.3 (caching); MDN for each header.
"""

from flask import Flask, Response, abort, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.middleware.proxy_fix import ProxyFix

from helpline.runtime import Runtime, runtime
from helpline.web import matrix

# No inline script or style, no third party, no frames, and forms go nowhere but here.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "X-Robots-Tag": "noindex",
}
YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Headers on every answer, NUL out of every request, and the proxies that are ours trusted."""
    found: Runtime = app.extensions["helpline"]
    hops = found.config.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # the documented way
    app.before_request(_without_nul)
    app.after_request(_headers)


def _without_nul() -> None:
    """No address of ours holds NUL, and PostgreSQL keeps none; a form is read without it.

    What a provider signed is left as it is.
    """
    if "\0" in request.path or b"%00" in request.query_string or b"\0" in request.query_string:
        abort(404)
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
        return
    if matrix.is_signed(matrix.row(request.endpoint, request.method)):
        return
    sent = list(request.form.items(multi=True))
    if any("\0" in name or "\0" in value for name, value in sent):
        clean = [(name.replace("\0", ""), value.replace("\0", "")) for name, value in sent]
        request.form = ImmutableMultiDict(clean)


def _headers(response: Response) -> Response:
    if response.status_code == 304:  # brings no page, and open desks hear it all day
        response.headers["Cache-Control"] = "no-store"
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if runtime().config.public_base_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if request.endpoint not in ("static", "assets.file", "assets.favicon"):
        response.headers["Cache-Control"] = "no-store"
    return response
